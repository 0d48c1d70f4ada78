"""The panel of taught classes: which one, how well it is told, and what is asked about next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.types import Match
from gui import theme
from gui.teaching.question import BUTTON_HEIGHT, QuestionRow
from gui.widgets.menu_button import MenuButton

N_QUESTIONS = 5
_NEW = "New class…"
_FIRST = (
    "Teach the program a sound of your own: give it a name, then mark examples of it. Five are a "
    "good beginning."
)


class TeachingPanel(QWidget):
    """Shows one class, and takes answers.

    Signals
    -------
    chosen : str
        The name of a class to be shown; a new one, too.
    matches_answered, sound_answered : bool
        Yes or no, of the selected matches or of the sound in sight.
    question_answered : Match, bool
    open_pressed : Match
    find_pressed
        The clips of the class are to be shown.
    next_pressed
        Other clips are to be asked about.
    export_pressed, import_pressed, remove_pressed
    """

    chosen = Signal(str)
    matches_answered = Signal(bool)
    sound_answered = Signal(bool)
    question_answered = Signal(Match, bool)
    open_pressed = Signal(Match)
    find_pressed = Signal()
    next_pressed = Signal()
    export_pressed = Signal()
    import_pressed = Signal()
    remove_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current = 0
        self.classes, self.menu_button = QComboBox(), MenuButton()
        self.quality, self.message = QLabel(_FIRST), QLabel()
        self.of_matches, self.of_sound = _Asked("The selected matches"), _Asked("The sound above")
        self.heading = QLabel("Is this one?")
        self.questions = [QuestionRow() for _ in range(N_QUESTIONS)]
        self.show_all, self.others = QPushButton("Show all"), QPushButton("Ask about others")
        self.remove_action, self.export_action = (
            self._menu().addAction(text) for text in ("Remove…", "Export…")
        )
        self._build()
        self.show_classes((), "")

    def _menu(self) -> QMenu:
        if self.menu_button.menu() is None:
            menu = QMenu(self.menu_button)
            menu.addAction("Import…").triggered.connect(self.import_pressed)
            self.menu_button.setMenu(menu)
            self.menu_button.setText("More ▾")
            self.menu_button.setAccessibleName("More for taught classes")
        menu = self.menu_button.menu()
        assert isinstance(menu, QMenu)  # noqa: S101 - set above
        return menu

    def _build(self) -> None:
        self.setAccessibleName("Teach")
        self.classes.setAccessibleName("Taught class")
        self.classes.activated.connect(self._on_activated)
        self.remove_action.triggered.connect(self.remove_pressed)
        self.export_action.triggered.connect(self.export_pressed)
        for label in (self.quality, self.message):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.message.hide()
        self.heading.setFont(theme.scaled_font(self, 1.0, bold=True))
        self.of_matches.answered.connect(self.matches_answered)
        self.of_sound.answered.connect(self.sound_answered)
        self.show_all.setToolTip("Find the clips that are most surely of this class")
        self.show_all.clicked.connect(self.find_pressed)
        self.others.clicked.connect(self.next_pressed)
        first, last = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.classes, 1)
        first.addWidget(self.menu_button)
        last.addWidget(self.others, 1)
        last.addWidget(self.show_all, 1)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        inside.setSpacing(theme.GRID)
        inside.addLayout(first)
        for widget in (self.quality, self.message, self.of_matches, self.of_sound, self.heading):
            inside.addWidget(widget)
        for row in self.questions:
            row.answered.connect(
                lambda is_member, row=row: self.question_answered.emit(row.match, is_member)
            )
            row.open_pressed.connect(lambda row=row: self.open_pressed.emit(row.match))
            inside.addWidget(row)
        inside.addLayout(last)
        inside.addStretch(1)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        self.setMinimumWidth(28 * theme.GRID)

    def sizeHint(self) -> QSize:
        """Return the width that the labels of a clip need beside three buttons."""
        return QSize(36 * theme.GRID, 40 * theme.GRID)

    def show_classes(self, names: Sequence[str], current: str) -> None:
        """Offer these classes, of which one is shown; empty where there is none yet."""
        self.classes.clear()
        shown = [*names] if not current or current in names else [*names, current]
        self.classes.addItems(shown)
        self.classes.addItem(_NEW)
        self._current = shown.index(current) if current else len(shown)
        self.classes.setCurrentIndex(self._current)
        is_kept = current in names
        for action in (self.remove_action, self.export_action):
            action.setEnabled(is_kept)
        for widget in (self.of_matches, self.of_sound):
            widget.setVisible(bool(current))
        self.show_all.setVisible(is_kept)
        if not is_kept:
            self.show_questions(())
        if not current:
            self.quality.setText(_FIRST)

    def show_quality(self, text: str) -> None:
        """Say how many answers there are, and how well the class is told."""
        self.quality.setText(text)

    def show_message(self, text: str = "") -> None:
        """Say what went wrong, or nothing."""
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def show_questions(self, matches: Sequence[Match]) -> None:
        """Ask about these clips, at most `N_QUESTIONS`."""
        for place, row in enumerate(self.questions):
            if place < len(matches):
                row.ask(matches[place])
            row.setVisible(place < len(matches))
        self.heading.setVisible(bool(matches))
        self.others.setVisible(bool(matches))

    @property
    def has_open_questions(self) -> bool:
        """Whether any clip that is asked about has no answer yet."""
        return any(not row.isHidden() and not row.is_answered for row in self.questions)

    def ask_name(self) -> None:
        """Ask for the name of a new class."""
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Teach a new class")
        dialog.setLabelText("Its name, such as “our gate”:")
        dialog.setOkButtonText("Teach")
        dialog.textValueSelected.connect(self._on_named)
        dialog.open()

    def _on_named(self, name: str) -> None:
        if name.strip():
            self.chosen.emit(" ".join(name.split()))

    def _on_activated(self, place: int) -> None:
        if place == self.classes.count() - 1:
            self.classes.setCurrentIndex(self._current)  # that stays, until another is named
            self.ask_name()
        else:
            self.chosen.emit(self.classes.itemText(place))


class _Asked(QWidget):
    """A line with something that can be said yes or no to.

    Signals
    -------
    answered : bool
    """

    answered = Signal(bool)

    def __init__(self, what: str) -> None:
        super().__init__()
        self.label = QLabel(what)
        self.yes, self.no = QPushButton("Yes"), QPushButton("No")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID // 2)
        layout.addWidget(self.label, 1)
        for button, is_member in ((self.yes, True), (self.no, False)):
            button.setFixedHeight(BUTTON_HEIGHT)
            button.setMaximumWidth(button.fontMetrics().horizontalAdvance(button.text()) + 24)
            button.setAccessibleName(f"{button.text()}: {what}")
            button.clicked.connect(lambda _=False, answer=is_member: self.answered.emit(answer))
            layout.addWidget(button)

    def show_what(self, what: str, is_there: bool) -> None:
        """Say what can be answered for, if there is anything."""
        self.label.setText(what)
        for button in (self.yes, self.no):
            button.setEnabled(is_there)
            button.setAccessibleName(f"{button.text()}: {what}")
