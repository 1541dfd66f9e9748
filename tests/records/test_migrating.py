"""From nothing, and from the first tables there were, to those of today; also when many begin at once."""

from __future__ import annotations

import importlib
import pkgutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

import gifworthy.records
from gifworthy.errors import RecordsUnreadable
from gifworthy.records import migrating
from gifworthy.records.catalogue import Catalogue, Upload
from gifworthy.records.database import Database
from gifworthy.records.histories import Histories, Pick
from gifworthy.records.jobs import Jobs
from gifworthy.records.orders import Order
from gifworthy.records.tables import METADATA
from gifworthy.types import Segment


def all_tables() -> None:
    for module in pkgutil.iter_modules(gifworthy.records.__path__):
        importlib.import_module(f"gifworthy.records.{module.name}")


def test_the_steps_make_the_tables_that_the_code_knows(database: Database) -> None:
    all_tables()
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_what_was_made_before_steps_were_counted_is_kept(place: Path | str) -> None:
    histories = Histories(Database(place))
    histories.add("somebody", [Pick("talk.mp4", Segment(1, 2))])
    with histories.database.writing() as connection:
        for table in set(METADATA.tables) - {"facts", "picks", "looks"}:
            connection.execute(text(f'DROP TABLE IF EXISTS "{table}"'))
        connection.execute(text("DROP TABLE alembic_version"))
    histories.database.close()
    again = Histories(Database(place))
    assert [pick.video for pick in again.of("somebody")] == ["talk.mp4"]
    test_the_steps_make_the_tables_that_the_code_knows(again.database)
    again.database.close()


def test_many_that_begin_at_once_make_one_database(place: Path | str) -> None:
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: Database(place), range(6)))
    assert len({database.secret for database in opened}) == 1
    for database in opened:
        database.close()


def test_tables_of_a_later_gifworthy_are_left_alone(place: Path | str) -> None:
    database = Database(place)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(RecordsUnreadable, match=r"later gifworthy .*step 9999"):
        Database(place)


def test_what_an_earlier_gifworthy_left_hanging_is_put_right(
    place: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(migrating, "NEWEST", "0004")
        old = Database(place)
    catalogue, jobs = Catalogue(old), Jobs(old)
    looked_at, given_up = (
        catalogue.add(Upload("ours", f"{number:064x}", "talk.mp4", 9)).id for number in range(2)
    )
    for video in (given_up, looked_at):
        jobs.order(Order("ours", video, "look", {}), now=1)
    with old.writing() as connection:
        ended = "UPDATE jobs SET state = 'errored', ended = 2 WHERE video = :video"
        connection.execute(text(ended), {"video": given_up})
        for video in (looked_at, "removed"):
            cover = f"INSERT INTO covers VALUES ('ours', '{video}', '{video}', '', '', 1, '', '{{}}', 1)"
            connection.execute(text(cover))
    old.close()
    new = Database(place)
    catalogue = Catalogue(new)
    found = {video.id: video for video in catalogue.of("ours")}
    assert found[looked_at].state == "processing"
    assert found[given_up].state == "errored"
    assert "send the video again" in str(found[given_up].facts["error"])
    assert catalogue.cover("ours", looked_at) is not None
    assert catalogue.cover("ours", "removed") is None
    assert Jobs(new).waiting("ours") == 1
    assert new.erase_what_is_owed(), "an erasing may have been left undone"
    test_the_steps_make_the_tables_that_the_code_knows(new)
    new.close()
