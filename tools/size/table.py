"""A table of figures with their budgets."""

from __future__ import annotations


class Table:
    """Prints figures; `over` counts those over their budget."""

    def __init__(self) -> None:
        self.over = 0

    def title(self, text: str) -> None:
        """Begin a part."""
        print(f"\n{text}")

    def row(self, what: str, figure: float, budget: float | None = None, least: bool = False):
        """Print one figure; with `least`, it has to reach its budget."""
        shown = f"  {what:<42}{figure:>10,.{0 if figure == int(figure) else 2}f}"
        if budget is not None:
            wrong = figure < budget if least else figure > budget
            self.over += wrong
            shown += f"  {'at least' if least else 'at most'} {budget:>9,}"
            shown += "  OVER" if wrong else ""
        print(shown, flush=True)
