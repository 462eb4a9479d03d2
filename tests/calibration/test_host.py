"""What is known of the machine's peaks, and how well."""

import pytest

pytest.importorskip("torch", reason="needs the calibration extra")

from calibration import host
from calibration.device import Device

EPYC = {"vendor_id": "AuthenticAMD", "cpu family": "25", "model name": "AMD EPYC", "cpu MHz": "2600", "flags": "avx2"}


@pytest.mark.parametrize(
    ("info", "peak"),
    [
        (EPYC, (32 * 2.6e9, 32 * 2.6e9 * host.UNKNOWN_BOOST)),
        (EPYC | {"vendor_id": "GenuineIntel", "cpu family": "6"}, (32 * 2.6e9, 32 * 2.6e9 * host.UNKNOWN_BOOST)),
        (EPYC | {"vendor_id": "GenuineIntel", "flags": "avx2 avx512f"}, (32 * 2.6e9, 64 * 2.6e9 * host.UNKNOWN_BOOST)),
        (EPYC | {"vendor_id": "ARM"}, None),
        ({}, None),
    ],
    ids=["Zen 4", "AVX2", "AVX-512", "unknown maker", "no information"],
)
def test_the_peak_of_a_core_is_as_wide_as_what_is_not_known(info, peak, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(host, "_cpuinfo", lambda: info)
    monkeypatch.setattr(host.Path, "is_file", lambda self: False)
    found = host.host(Device("cpu"), ())
    assert (None if found.compute is None else (found.compute.low, found.compute.high)) == peak
    assert found.bandwidth is None
    assert found.name


def test_a_top_clock_that_is_reported_is_believed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(host, "_cpuinfo", lambda: EPYC)
    monkeypatch.setattr(host.Path, "is_file", lambda self: True)
    monkeypatch.setattr(host.Path, "read_text", lambda self, **_: "3700000\n")
    found = host.host(Device("cpu"), ())
    assert found.compute.low == found.compute.high == 32 * 3.7e9


def test_given_peaks_come_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(host, "_cpuinfo", lambda: EPYC)
    found = host.host(Device("cpu"), (), tflops=0.1, gbs=25)
    assert (found.compute.middle, found.bandwidth.middle) == (pytest.approx(1e11), pytest.approx(25e9))
    assert "given" in found.compute.basis
