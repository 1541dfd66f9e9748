"""For whom a cover is: everybody, or one viewer whose history says something."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import HTTPException

from gifworthy.records.keys import Key
from gifworthy.service.house import House
from gifworthy.service.requests import Asked
from gifworthy.service.tokens import PREFIX, TokenOver, viewer_of


@dataclass(frozen=True)
class Whose:
    """A viewer. name: of the history as it is now, see `Viewer.name_of_history`."""

    id: str
    name: str


def shown(house: House, key: Key, word: str, asked: Asked) -> Whose | None:
    """For whom a cover is to be made; None for everybody.

    Who has no history gets everybody's cover, and so does everybody where a person chose what is shown.

    Args: word: a viewer's name, id or token; "" for nobody.
    Raises: HTTPException 404; TokenUnknown; TokenOver, also when the viewer was forgotten.
    """
    if not word:
        return None
    is_token = word.startswith(PREFIX)
    viewer = viewer_of(house.database.secret, key.tenant, word) if is_token else word
    found = house.viewers.find(key.tenant, viewer)
    if found is None and is_token:
        raise TokenOver("this viewer was forgotten")
    if found is None:
        raise HTTPException(404, "there is no such viewer; POST /v1/viewers makes one")
    return None if asked.windows or not found.picks else Whose(found.id, found.name_of_history)
