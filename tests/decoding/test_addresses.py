"""What is a secret of an address is not told."""

from __future__ import annotations

import pytest

from gifworthy.decoding.addresses import bare, shown, told


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://h.org/a.mp4", "https://h.org/a.mp4"),
        ("https://ann:secret@h.org:8080/a b.mp4?key=se cret", "https://h.org:8080/a b.mp4?…"),
        ("https://token@h.org/a.mp4#secret", "https://h.org/a.mp4#…"),
        ("ftp://ann@h.org/@a.mp4", "ftp://h.org/@a.mp4"),
        ("s3://bucket/a@b.mp4?versionId=1", "s3://bucket/a@b.mp4?…"),
        ("abfs://videos@account.net/a.mp4", "abfs://videos@account.net/a.mp4"),
        ("/videos/what?.mp4", "/videos/what?.mp4"),
    ],
)
def test_an_address_is_shown_without_its_keys(address: str, said: str) -> None:
    assert shown(address) == said
    assert shown(said) == said


def test_a_bare_address_ends_with_its_path() -> None:
    assert bare("https://ann:secret@h.org:8080/a.mp4?key=x#y") == "https://h.org:8080/a.mp4"


def test_a_message_tells_no_address_with_its_keys() -> None:
    odd = "http://h/a b.mp4?sig=se cret"
    text = f"{odd} failed: 403, url=URL('https://ann:secret@h/b.mp4?sig=secret'); look at s3://b/c.mp4."
    assert told(text, odd) == (
        "http://h/a b.mp4?… failed: 403, url=URL('https://h/b.mp4?…'); look at s3://b/c.mp4."
    )
    assert told("what? /a@b.mp4 is empty", "/a@b.mp4") == "what? /a@b.mp4 is empty"
