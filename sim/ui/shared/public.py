"""The address under which others reach this server, as whoever runs it says."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

from scenarios.errors import InputError, shown

VARIABLE = "POLARITY_PUBLIC_URL"


def public_url() -> str:
    """The public address without a slash at its end; empty where none is named.

    Raises:
        InputError: when the variable holds no address that others can open.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return ""
    problem = _problem(text)
    if problem:
        raise InputError(
            f"{VARIABLE} is {shown(text)}: {problem}; give the address under which others open Polarity, such as "
            "https://polarity.example.org, or leave the variable unset"
        )
    return text.rstrip("/")


def _problem(text: str) -> str:
    """Why a text is no public address; empty where it is one."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return "this is no address"
    if parts.scheme not in ("http", "https") or not parts.hostname or any(map(str.isspace, text)):
        return "it has to begin with https:// or http:// and a host"
    if parts.query or parts.fragment or parts.username is not None:
        return "it has to end with the host or a path, and to name no user"
    return "only this machine can open it" if is_local(parts.hostname) else ""


def is_local(host: str) -> bool:
    """Whether a host stands for the machine itself."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return found.is_loopback or found.is_unspecified
