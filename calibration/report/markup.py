"""Blocks as HTML; all that is not made here is escaped."""

from __future__ import annotations

from html import escape

from calibration.report.blocks import Block, Blocks, Choice, Fold, Missing, Pair, Points, Table, Text, Tiles, figure
from calibration.report.colors import CLASSES
from calibration.report.plot import Figure, Spec


class Markup:
    """A page in the making: it numbers the charts and keeps their specifications."""

    def __init__(self) -> None:
        self.specs: dict[str, Spec] = {}

    def html(self, blocks: Blocks) -> str:
        """Blocks one below the other."""
        return "".join(map(self._block, blocks))

    def _block(self, block: Block) -> str:
        match block:
            case Text(said):
                return f"<p>{escape(said)}</p>"
            case Missing(why):
                return f'<p class="absent">{escape(why)}</p>'
            case Points(items):
                return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"
            case Tiles(items):
                cells = "".join(
                    f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for value, label in items
                )
                return f'<dl class="tiles">{cells}</dl>'
            case Table():
                label = escape(block.caption)
                return f'<div class="table"><p class="caption">{label}</p>{_table(block)}</div>'
            case Figure():
                return self._figure(block)
            case Pair(sides):
                return f'<div class="pair">{"".join(f"<div>{self.html(side)}</div>" for side in sides)}</div>'
            case Choice(_, options, make):
                return self.html(figure(make(options)))
            case Fold():
                return self._fold(block)

    def _fold(self, fold: Fold) -> str:
        """Tables fold away; a chart is drawn as wide as its place, so what holds one stays open."""
        if _draws(fold.blocks):
            return f"<h3>{escape(fold.title)}</h3>{self.html(fold.blocks)}"
        return f"<details><summary>{escape(fold.title)}</summary>{self.html(fold.blocks)}</details>"

    def _figure(self, found: Figure) -> str:
        name = f"chart-{len(self.specs) + 1}"
        self.specs[name] = found.spec
        key = "".join(f'<span><i class="{CLASSES[c]}"></i>{escape(label)}</span>' for label, c in found.key.items())
        key = f'<div class="key" aria-hidden="true">{key}</div>' if key else ""
        return (
            f'<figure><h3>{escape(found.title)}</h3><p class="unit">{escape(found.unit)}</p>{key}'
            f'<div class="vis" id="{name}" role="img" aria-label="{escape(found.alt)}"></div></figure>'
        )


def _draws(blocks: Blocks) -> bool:
    """Whether a chart is among blocks."""
    return any(
        isinstance(block, Figure | Choice)
        or (isinstance(block, Pair) and any(map(_draws, block.sides)))
        or (isinstance(block, Fold) and _draws(block.blocks))
        for block in blocks
    )


def _table(table: Table) -> str:
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(map(_cell, rest))}</tr>' for first, *rest in table.rows
    )
    label = escape(table.caption)
    inner = f'<table aria-label="{label}"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="scroll" role="region" aria-label="{label}" tabindex="0">{inner}</div>'


def _cell(content: str) -> str:
    """A cell; a short one stays on one line."""
    return f"<td{' class=n' if len(content) < 28 else ''}>{escape(content)}</td>"
