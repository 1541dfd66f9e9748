"""The commands, in the order in which a newcomer meets them."""

from __future__ import annotations

from typing import Annotated

from typer import Exit, Option, Typer, echo

from gifworthy import __version__
from gifworthy.cli.align import align
from gifworthy.cli.batch import batch
from gifworthy.cli.comments import comments_app
from gifworthy.cli.compare import compare
from gifworthy.cli.creatives import creatives
from gifworthy.cli.data import data_app
from gifworthy.cli.evaluate import evaluate
from gifworthy.cli.experiment import experiment_app
from gifworthy.cli.features import features_app
from gifworthy.cli.flags import spread_flags
from gifworthy.cli.heatmap import heatmap
from gifworthy.cli.history import history_app
from gifworthy.cli.make import make
from gifworthy.cli.plans import plans
from gifworthy.cli.platforms import platforms
from gifworthy.cli.rank import rank
from gifworthy.cli.rate import rate
from gifworthy.cli.sample import sample
from gifworthy.cli.serve import key_app, serve
from gifworthy.cli.shots import shots
from gifworthy.cli.speech import spoken
from gifworthy.cli.train import recipes, train
from gifworthy.cli.weights import weights_app

app = Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for command in (make, creatives, batch, rank, heatmap, shots, sample, plans, platforms):
    app.command()(spread_flags(spoken(command)))
app.command()(spoken(serve))
app.add_typer(key_app, name="key")
app.add_typer(history_app, name="history")
app.add_typer(weights_app, name="weights")
app.add_typer(data_app, name="data")
app.add_typer(features_app, name="features")
app.add_typer(experiment_app, name="experiment")
app.add_typer(comments_app, name="comments")
for workshop in (align, spread_flags(rate), train, evaluate, compare, recipes):
    app.command()(spoken(workshop))


def _version(asked: bool) -> None:
    if asked:
        echo(f"gifworthy {__version__}")
        raise Exit


@app.callback()
def about(
    version: Annotated[
        bool, Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Finds the moment of a video worth showing and writes it as an animated cover."""
