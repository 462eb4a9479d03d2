"""Where a source can be read: a public address, or nothing; it is wording and moves no number."""

from typing import Any

import pytest

from scenarios import InputError, load, parse
from scenarios.files import standalone

RULE = {
    "id": "x", "start": "2027-01-01", "issuer": "us", "scope": "sale", "measure": "deny", "title": "t", "summary": "s",
    "source": "a letter", "as_of": "2026-01-01", "tier": "data",
}  # fmt: skip


def with_rule(**more: str) -> Any:
    return load("current_policy").with_changes(rules=[{**RULE, **more}])


def test_an_address_does_not_change_what_a_scenario_is() -> None:
    plain, cited = with_rule(), with_rule(url="https://www.federalregister.gov/d/2022-21658 https://epoch.ai/eci")
    assert plain.rules != cited.rules
    assert plain.digest() == cited.digest()
    assert "url" not in cited.canonical()


def test_an_address_stays_in_the_file_of_a_scenario() -> None:
    import yaml

    cited = with_rule(url="https://epoch.ai/eci")
    again = parse(yaml.safe_dump(standalone(cited)))
    assert again.rules[0].url == "https://epoch.ai/eci"
    assert "url" not in standalone(with_rule())["rules"][0]


@pytest.mark.parametrize(
    "wrong", ["http://epoch.ai", "epoch.ai/eci", "https://localhost/x", "https://10.0.0.1/x", "https://a@b.org/",
              "https://epoch.ai:80/", "https://epoch.ai/eci, https://epoch.ai", "javascript:alert(1)", "https://[x"],
)  # fmt: skip
def test_what_is_no_public_address_is_refused(wrong: str) -> None:
    with pytest.raises(InputError, match="url"):
        with_rule(url=wrong)
