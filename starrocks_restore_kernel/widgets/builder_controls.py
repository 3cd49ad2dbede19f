"""The builder's controls and how they look; no decision is made here."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets as w

from .builder_model import BuilderModel
from .choices import Scope
from .picker import Picker
from .statement_pane import StatementPane

__all__ = ["Controls"]


class Controls:
    """Every control of one builder, laid out.

    Parameters
    ----------
    with_plan
        Whether there is a button that shows a plan.
    """

    def __init__(self, *, with_plan: bool) -> None:
        self.repository = _field(w.Dropdown, "Repository", "Where the snapshot lies")
        self.snapshot = _field(w.Dropdown, "Snapshot", "The label it was backed up under")
        self.timestamp = _field(w.Dropdown, "Taken at", "The backup timestamp, newest first")
        self.target = _field(w.Text, "Restore into database", "Leave empty for the database's own name")
        self.replicas = _field(w.Text, "Replicas", "replication_num; one for each tablet")
        self.scope = w.RadioButtons(
            options=[(f"{each.value[0].upper()}{each.value[1:]}", each) for each in Scope],
            value=None,
            description="What to restore",
            style={"description_width": "initial"},
        )
        self.scope.add_class("srk-field")
        self.picker = Picker()
        self.pane = StatementPane()
        self.status = _line()
        self.summary = _line()
        self.plan_area = _line()
        self.retry = _button("Try again", "Ask the cluster again")
        self.drop = _button("Untick what is not in this snapshot", "Keeps all other ticks")
        self.show_plan = _button("Show plan", "What the statement would do to this cluster; changes nothing")
        self.reading = w.HBox(
            [self.status, self.retry], layout=w.Layout(align_items="center", grid_gap="12px", flex_flow="row wrap")
        )
        form = w.GridBox(
            [self.repository, self.snapshot, self.timestamp, self.target, self.replicas],
            layout=w.Layout(
                grid_template_columns="repeat(auto-fit, minmax(min(100%, 15rem), 1fr))",
                grid_gap="12px 16px",
                margin="0",
            ),
        )
        buttons = [self.drop, *([self.show_plan] if with_plan else [])]
        self.root = w.VBox(
            [
                form,
                self.reading,
                self.scope,
                self.picker,
                self.summary,
                self.pane,
                *buttons,
                self.plan_area,
            ],
            layout=w.Layout(max_width="60rem", grid_gap="12px", padding="4px 2px"),
        )
        self.root.add_class("srk-builder")

    def draw(self, model: BuilderModel) -> None:
        """Fill every control from the model."""
        _fill(
            self.repository, [(each.name, each.name) for each in model.repositories or ()], model.repository, "Choose …"
        )
        snapshots = [
            (each.label + ("" if each.usable else "   (not usable)"), each.label) for each in model.snapshots or ()
        ]
        waiting = "Choose …" if model.snapshots is not None else "—"
        _fill(self.snapshot, snapshots, model.label, waiting)
        stamps = [(each, each) for each in sorted(model.snapshot.timestamps if model.snapshot else (), reverse=True)]
        _fill(self.timestamp, stamps, model.timestamp, "Choose …" if stamps else "—")
        origin = model.source_database
        self.target.placeholder = f"{origin} (as in the snapshot)" if origin else "as in the snapshot"
        self.target.value = _typed(self.target.value, model.target)
        self.replicas.placeholder = "the cluster's default"
        self.replicas.value = _typed(self.replicas.value, model.replication_num or "")
        self.scope.value = model.scope
        ready = model.contents is not None and bool(model.contents.database)
        self.scope.layout.display = self.picker.layout.display = None if ready or model.scope is not None else "none"
        self.summary.layout.display = self.scope.layout.display
        self.picker.unused = model.scope is Scope.EVERYTHING
        self.drop.layout.display = None if model.scope is Scope.TICKED and model.strangers else "none"
        self.show_plan.disabled = model.statement is None

    def say(self, busy: str, failure: str, summary: str) -> None:
        """Fill the status line and the summary."""
        if busy:
            self.status.value = f'<span role="status">{escape(busy)}</span>'
        elif failure:
            lines = escape(failure).replace("\n", "<br>")
            self.status.value = (
                f'<span role="alert" style="color:var(--jp-error-color1,#c62828)"><b>Not read:</b> {lines}</span>'
            )
        else:
            self.status.value = ""
        self.reading.layout.display = None if busy or failure else "none"
        self.retry.layout.display = None if failure and not busy else "none"
        self.summary.value = f"Restores {escape(summary)}"
        self.plan_area.layout.display = None if self.plan_area.value else "none"


def _field(kind: Any, label: str, tooltip: str) -> Any:
    made = kind(
        description=label, tooltip=tooltip, style={"description_width": "initial"}, layout=w.Layout(width="auto")
    )
    made.add_class("srk-field")
    return made


def _line() -> Any:
    made = w.HTML(layout=w.Layout(margin="0", width="auto"))
    made.add_class("srk-line")
    return made


def _button(label: str, tooltip: str) -> Any:
    return w.Button(description=label, tooltip=tooltip, layout=w.Layout(width="max-content", height="30px"))


def _fill(control: Any, known: Sequence[tuple[str, str]], chosen: str | None, waiting: str) -> None:
    # Not None for "nothing": a dropdown takes that for no line at all, and shows none.
    options = [(waiting, ""), *known]
    if chosen is not None and chosen not in {value for _, value in known}:
        options.append((chosen, chosen))
    if control.options != tuple(options):
        control.options = options
    control.value = chosen or ""
    control.disabled = len(options) == 1


def _typed(shown: str, value: str) -> str:
    """What a field shows: blanks that are being typed are not taken away."""
    return shown if shown.strip() == value else value
