"""AudioSet's ontology: 632 nodes in a graph with seven roots, 527 of them classes with clips."""

from __future__ import annotations

import difflib
import importlib.resources
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from core.errors import CatalogError


@dataclass(frozen=True)
class Node:
    """One sound of the ontology.

    Attributes
    ----------
    id : str
        Such as "/m/0jbk".
    name : str
        Such as "Animal"; unique.
    index : int or None
        Its number among the 527 classes; None if no clip is labelled with it.
    child_ids : tuple of str
        The more special sounds; a node may be a child of several.
    """

    id: str
    name: str
    index: int | None
    child_ids: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Ontology:
    """The ontology's nodes, by id, in the official order."""

    nodes: dict[str, Node]

    @staticmethod
    @cache
    def load() -> Ontology:
        """Return the ontology that the program carries."""
        text = importlib.resources.files("resources").joinpath("ontology.json").read_text("utf-8")
        rows = json.loads(text)["nodes"]
        return Ontology(
            {key: Node(key, name, index, tuple(below)) for key, name, index, below in rows}
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the 527 classes, by index."""
        return tuple(node.name for node in self._classes)

    def name(self, index: int) -> str:
        """Return the name of a class."""
        return self.names[index]

    def node(self, name: str) -> Node:
        """Return the node of a name (in any case) or id; raise CatalogError if there is none."""
        wanted = name.strip()
        found = self.nodes.get(wanted) or self._by_name.get(wanted.casefold())
        if found is None:
            raise CatalogError(f"There is no class {name!r}.", self._suggestion(wanted))
        return found

    def node_of(self, index: int) -> Node:
        """Return the node of a class index."""
        return self._classes[index]

    def resolve(self, names: Iterable[str]) -> frozenset[int]:
        """Return the indices of these nodes' classes and of all classes below them.

        Parameters
        ----------
        names : iterable of str
            Names in any case, or ontology ids; nodes without clips of their own are fine.

        Raises
        ------
        CatalogError
            If a name is unknown (the hint suggests the nearest ones), or has no class at all.
        """
        indices: set[int] = set()
        for name in names:
            below = self.below(self.node(name))
            if not below:
                # An empty filter would let everything through.
                raise CatalogError(
                    f"No AudioSet clip is labelled {self.node(name).name!r} or anything below it.",
                    "Choose one of the classes above it in the ontology.",
                )
            indices |= below
        return frozenset(indices)

    def children(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes right below one."""
        return tuple(self.nodes[key] for key in node.child_ids)

    def below(self, node: Node) -> frozenset[int]:
        """Return the indices of a node's own class and of all classes below it."""
        seen: set[str] = set()
        waiting = [node.id]
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(self.nodes[current].child_ids)
        found = (self.nodes[key].index for key in seen)
        return frozenset(index for index in found if index is not None)

    @cached_property
    def roots(self) -> tuple[Node, ...]:
        """The seven nodes that are below no other."""
        return tuple(node for node in self.nodes.values() if node.id not in self._parents)

    def ancestors(self, node: Node) -> tuple[Node, ...]:
        """Return all nodes above one, nearest first, each once."""
        above: dict[str, None] = {}
        level = [node.id]
        while level:
            level = [key for below in level for key in self._parents.get(below, ())]
            above.update(dict.fromkeys(level))
        return tuple(self.nodes[key] for key in above)

    def specific_first(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return classes with those last that others of them imply: what a clip is comes first.

        Names that are no class's imply nothing.
        """
        nodes = [self._by_name.get(name.casefold()) for name in names]
        above = [node.name for each in nodes if each is not None for node in self.ancestors(each)]
        return tuple(sorted(names, key=above.count))

    @cached_property
    def _classes(self) -> tuple[Node, ...]:
        classes = {node.index: node for node in self.nodes.values() if node.index is not None}
        return tuple(classes[index] for index in sorted(classes))

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {node.name.casefold(): node for node in self.nodes.values()}

    @cached_property
    def _parents(self) -> dict[str, list[str]]:
        parents: dict[str, list[str]] = {}
        for node in self.nodes.values():
            for key in node.child_ids:
                parents.setdefault(key, []).append(node.id)
        return parents

    def _suggestion(self, wanted: str) -> str:
        # "Crowing" is a part of "Crowing, cock-a-doodle-doo", and near none of it as a whole.
        key = wanted.casefold()
        of_part = [
            node.name
            for name, node in self._by_name.items()
            if len(key) > 2 and key in (part.strip() for part in name.split(","))
        ]
        if of_part:
            return f"Did you mean {' or '.join(map(repr, of_part[:3]))}?"
        # "dogs barking" is near no name as a whole, but its words are.
        parts = {wanted.casefold(), *wanted.casefold().split()}
        near: dict[str, float] = {}
        for part in parts:
            for name in difflib.get_close_matches(part, self._by_name, n=3, cutoff=0.6):
                ratio = difflib.SequenceMatcher(None, part, name).ratio()
                near[name] = max(ratio, near.get(name, 0.0))
        best = sorted(near, key=lambda name: (-near[name], name))[:3]
        if not best:
            return "Give a class name of AudioSet's ontology, such as Animal, or its id."
        return f"Did you mean {' or '.join(self._by_name[name].name for name in best)}?"
