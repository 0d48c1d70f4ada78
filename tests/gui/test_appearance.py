"""Light and dark: readable, chosen while the program runs, and remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui import theme
from gui.appearance import Appearance, Scheme
from gui.palettes import dark_palette, light_palette
from tests.gui.conftest import App
from tests.gui.search.test_session import open_and_wait

Role = QPalette.ColorRole

TEXTS = [
    (Role.WindowText, Role.Window),
    (Role.Text, Role.Base),
    (Role.Text, Role.AlternateBase),
    (Role.ButtonText, Role.Button),
    (Role.HighlightedText, Role.Highlight),
    (Role.ToolTipText, Role.ToolTipBase),
    (Role.PlaceholderText, Role.Base),
    (Role.Link, Role.Window),
    (Role.Link, Role.Base),
    (Role.LinkVisited, Role.Base),
]


@pytest.fixture(autouse=True)
def colors_of_before(qapp: QApplication) -> Iterator[None]:
    yield
    qapp.setPalette(QPalette())


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast of two colours as WCAG 2 defines it."""

    def luminance(color: QColor) -> float:
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in (color.redF(), color.greenF(), color.blueF())
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(QColor("white"), QColor("black")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", [light_palette(), dark_palette()], ids=["light", "dark"])
def test_text_and_controls_are_seen(qapp: QApplication, palette: QPalette) -> None:
    texts = [(palette.color(text), palette.color(ground)) for text, ground in TEXTS]
    quiet, grounds = theme.quiet_text(palette), (Role.Window, Role.Base, Role.Button)
    texts.extend((quiet, palette.color(ground)) for ground in grounds)
    texts.append((theme.link_color(palette), palette.color(Role.Base)))
    qapp.setPalette(palette)
    notice = theme.notice_palette()
    texts.append((notice.color(Role.WindowText), notice.color(Role.Window)))
    for text, ground in texts:
        assert contrast(text, ground) >= 4.5, (text.name(), ground.name())
    signs = [palette.color(Role.Highlight), palette.color(Role.Accent), theme.record_red(palette)]
    signs.extend(theme.level_colors(palette))
    for sign in signs:
        for ground in grounds:
            assert contrast(sign, palette.color(ground)) >= 3, (sign.name(), ground.name)


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_edges_of_controls_are_seen(qtbot: QtBot, qapp: QApplication, scheme: Scheme) -> None:
    assert qapp.style().name() == "fusion"
    window, appearance = QWidget(), Appearance(qapp)
    qtbot.addWidget(window)
    controls = [QLineEdit(), QSpinBox(), QComboBox(), QPushButton("Go"), QCheckBox()]
    controls.append(QToolButton())
    layout = QVBoxLayout(window)
    window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # a control with the focus has another edge
    for control in controls:
        layout.addWidget(control)
    appearance.choose(scheme)
    window.show()
    qtbot.waitExposed(window)
    window.setFocus()
    image, ground = window.grab().toImage(), window.palette().color(Role.Window)
    for control in controls:
        place = control.geometry()
        edge = [image.pixelColor(place.left() + x, place.center().y()) for x in range(4)]
        best = max(contrast(color, ground) for color in edge)
        assert best >= 3, (type(control).__name__, best)
    appearance.setParent(None)
    appearance.deleteLater()


def test_a_choice_is_seen_at_once_and_remembered(app: App) -> None:
    appearance = next(
        each for each in app.window.findChildren(QMenu) if each.title() == "A&ppearance"
    )
    actions = {action.text(): action for action in appearance.actions()}
    assert actions["As the system"].isChecked()
    actions["Dark"].trigger()
    app.wait_for(lambda: theme.is_dark(app.window.palette()))
    assert [name for name, action in actions.items() if action.isChecked()] == ["Dark"]
    actions["Light"].trigger()
    app.wait_for(lambda: not theme.is_dark(app.window.palette()))
    actions["As the system"].trigger()
    actions["Dark"].trigger()
    app.close()
    assert app.settings.read().appearance is Scheme.DARK


def test_colors_that_somebody_gave_the_application_stay_until_others_are_chosen(
    qtbot: QtBot, qapp: QApplication
) -> None:
    qapp.setPalette(QPalette(QColor("#20242c")))
    given = qapp.palette()
    appearance = Appearance(qapp)
    appearance.choose(Scheme.SYSTEM)
    assert qapp.palette() == given
    appearance.choose(Scheme.LIGHT)
    assert qapp.palette() == light_palette()
    appearance.setParent(None)
    appearance.deleteLater()


def as_array(image: QImage) -> np.ndarray:
    """Return an image's pixels, shape (height, width)."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


def picture(app: App) -> QImage:
    """Return what the window looks like, without what blinks."""
    app.window.resize(1280, 800)
    app.window.setFocus()
    QApplication.processEvents()
    return app.window.grab().toImage()


@pytest.mark.parametrize("has_sound", [False, True], ids=["empty", "answer"])
def test_all_that_was_light_becomes_dark(
    make_app: Callable[..., App], sine: Path, has_sound: bool
) -> None:
    app = make_app()
    app.window.appearance.choose(Scheme.DARK)
    app.show()
    app.wait_for(lambda: app.window.capture.device.count() == 4)
    app.wait_for(lambda: not app.session.loader.is_loading)
    if has_sound:
        open_and_wait(app, sine)
        app.window.results.table.selectRow(2)
        app.window.commands.filter.setChecked(True)
        app.window.banner.show_note("Something worth knowing.")
    app.wait_for(lambda: app.window.banner.height() >= 40)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)
    fresh = picture(app)
    app.window.appearance.choose(Scheme.LIGHT)
    light = picture(app)
    app.window.appearance.choose(Scheme.DARK)
    switched = picture(app)
    assert fresh != light
    difference = np.argwhere(as_array(fresh) != as_array(switched))
    assert not len(difference), (len(difference), difference.min(axis=0), difference.max(axis=0))
