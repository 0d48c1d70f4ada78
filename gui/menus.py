"""The menu bar: all that can be done, grouped as people look for it."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar

from gui.actions import Actions

Entry = QAction | QMenu | None
"""An action, a menu of its own, or a line between groups."""


def fill(
    bar: QMenuBar, actions: Actions, recent: QMenu, matching: QMenu, appearance: QMenu
) -> None:
    """Fill an empty menu bar.

    Parameters
    ----------
    bar : QMenuBar
    actions : Actions
    recent : QMenu
        The files that were matched last.
    matching : QMenu
        How is matched.
    appearance : QMenu
        Light or dark.
    """
    menus: dict[str, tuple[Entry, ...]] = {
        "&File": (
            actions.open,
            actions.open_folder,
            actions.subfolders,
            recent,
            None,
            actions.save,
            actions.save_picture,
            actions.save_embedding,
            None,
            actions.save_list,
            actions.print_list,
            None,
            actions.set_up,
            actions.add_sounds,
            actions.catalogs,
            actions.storage,
            None,
            actions.quit,
        ),
        "&Edit": (
            actions.paste,
            None,
            actions.copy_link,
            actions.copy_table,
            None,
            actions.preferences,
        ),
        "&View": (
            actions.filter,
            actions.history,
            actions.details,
            actions.map,
            actions.tag_table,
            actions.next_part,
            None,
            actions.look_ups,
            actions.hide_gone,
            actions.show_hidden,
            None,
            appearance,
        ),
        "&Sound": (
            actions.record,
            actions.record_computer,
            actions.inputs,
            actions.show_level,
            actions.pre_roll,
            None,
            actions.play,
            actions.loop,
            actions.output_menu,
            actions.track_menu,
            actions.slow_down,
            None,
            actions.match_selection,
            actions.match_all,
        ),
        "Se&arch": (
            actions.find,
            matching,
            None,
            actions.open_link,
            actions.play_here,
            actions.playlist,
            None,
            actions.more,
            actions.nearer,
            actions.farther,
            None,
            actions.teach,
            None,
            actions.back,
            actions.forward,
            actions.cancel,
        ),
        "&Help": (
            actions.shortcuts,
            None,
            actions.copy_details,
            actions.licences,
            actions.about,
        ),
    }
    for title, entries in menus.items():
        menu = bar.addMenu(title)
        menu.setToolTipsVisible(True)
        for entry in entries:
            if entry is None:
                menu.addSeparator()
            elif isinstance(entry, QMenu):
                menu.addMenu(entry)
            else:
                menu.addAction(entry)
