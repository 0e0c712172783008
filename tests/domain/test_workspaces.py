"""The details of a business: checked one by one, and told all at once."""

from zoneinfo import ZoneInfo

import pytest

from domain.errors import Invalid
from domain.workspaces import CURRENCIES, EDITABLE, currency, details, time_zone, time_zones


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = {
        "name": " ",
        "time_zone": "Mars/Phobos",
        "currency": "E",
        "mail_from": "nobody",
        "postal_address": "x" * 501,
    }
    with pytest.raises(Invalid) as refusal:
        details(wrong)
    assert {problem.path for problem in refusal.value.problems} == set(wrong)


def test_what_is_right_is_kept_in_one_form() -> None:
    typed = {
        "name": " Fernhill  Coffee ",
        "currency": "eur",
        "mail_from": "Hello@Fernhill.example",
        "mail_from_name": "",
        "postal_address": " 1 Harbour Street \r\n Cork ",
    }
    assert details(typed) == {
        "name": "Fernhill Coffee",
        "currency": "EUR",
        "mail_from": "hello@fernhill.example",
        "mail_from_name": "",
        "postal_address": "1 Harbour Street\nCork",
    }


def test_every_zone_on_the_list_is_one() -> None:
    zones = time_zones()
    assert "Europe/Berlin" in zones
    assert "UTC" in zones
    assert all(ZoneInfo(zone) for zone in zones)
    assert not [zone for zone in zones if zone.startswith("Etc/")]


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../UTC", "Europe", "\x00", "Berlin"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="Choose a time zone"):
        time_zone(name)


@pytest.mark.parametrize("code", [*CURRENCIES, "isk"])
def test_any_code_of_three_letters_is_a_currency(code: str) -> None:
    assert currency(code) == code.upper()


def test_only_these_can_be_changed() -> None:
    assert "sandbox" not in EDITABLE
    with pytest.raises(KeyError):
        details({"sandbox": "yes"})
