"""`mapping`: how the columns of an export become the dictionary's variables."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_node.cli.common import EXISTING, EXISTING_FILE, FILE, now_s, place, remark


@click.group()
def mapping() -> None:
    """Match the columns of your export.

    Example: lero-node mapping suggest exports/
    """


@mapping.command()
@click.argument("export", type=EXISTING)
@click.option("--name", default="Our export", show_default=True, help="Words for people.")
@click.option("--out", type=FILE, help="Write the suggestion here instead of showing it.")
def suggest(export: Path, name: str, out: Path | None) -> None:
    """Propose a mapping from the headings of a file or folder. Read it before you use it.

    Example: lero-node mapping suggest exports/ --out mapping.toml
    """
    from datetime import date

    from lero_contract.dictionary import load_dictionary
    from lero_node.data.finding import files_of
    from lero_node.data.suggest import suggest_mapping

    text = suggest_mapping(files_of(export), load_dictionary(), name, date.fromtimestamp(now_s()))
    if out is None:
        click.echo(text)
    else:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
        remark(f"Wrote {out}. Read it, then: lero-node mapping check {export} --mapping {out}")


@mapping.command()
@click.argument("export", type=EXISTING)
@click.option("--mapping", "mapping_file", type=EXISTING_FILE, help="A mapping not yet in use; this node's by default.")
@as_json
@click.pass_context
def check(ctx: click.Context, export: Path, mapping_file: Path | None, as_json: bool) -> None:
    """Say which columns were found, which are missing, and which are not read.

    Example: lero-node mapping check exports/
    """
    from lero_contract.dictionary import load_dictionary
    from lero_node.data.columns import check_mapping
    from lero_node.data.mapping import read_mapping

    dictionary = load_dictionary()
    found = check_mapping(read_mapping(mapping_file or place(ctx).home.mapping, dictionary), export, dictionary)
    tell(found.to_dict(), as_json, found.to_text())
    ctx.exit(0 if found.is_sound else 6)


@mapping.command()
@click.pass_context
def show(ctx: click.Context) -> None:
    """Print the mapping in use, to be saved, corrected and taken into use again.

    Example: lero-node mapping show > mapping.toml
    """
    from lero_node.setup import read_text

    click.echo(read_text(place(ctx).home.mapping), nl=False)


@mapping.command()
@click.argument("mapping_file", type=EXISTING_FILE)
@click.pass_context
def use(ctx: click.Context, mapping_file: Path) -> None:
    """Take a corrected mapping into use, after someone renamed a column for instance.

    Example: lero-node mapping use mapping.toml
    """
    from lero_node.importing import use_mapping
    from lero_node.setup import read_text

    use_mapping(place(ctx).home, read_text(mapping_file))
    click.echo("The mapping is in use. Import the export again.")
