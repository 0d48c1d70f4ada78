"""Files that their publisher packed anew: taken from its own server alone, if all is in them."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from core.catalog.build.build import build_catalog
from core.catalog.records import audioset
from core.downloads import pinned, store
from core.downloads.mirrors import Mirror
from core.downloads.pinned import PinnedFile
from core.errors import CatalogError, DownloadError, ModelError, WrongContentError, WrongModelError
from core.jobs import Job
from core.paths import DataFolder
from core.setup import install
from core.setup.features import ClipChoice, fetch_features
from core.vggish import convert
from core.vggish.model import ModelManifest
from tests.conftest import write_checkpoints
from tests.setup.conftest import archive_of
from tests.setup.test_features import QUICK, names
from tests.web_server import Certificate, web_server


@pytest.fixture
def data(own_data_folder):
    return DataFolder(own_data_folder)


@pytest.fixture
def publisher(tmp_path, monkeypatch):
    """The pinned host, as far as this machine can tell: encrypted, and its certificate is known."""
    certificate = Certificate.made(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.chain))
    with web_server({}, certificate) as server:
        yield server


def publish(publisher, monkeypatch, name, content, is_exact=True):
    """Let the publisher serve a content, which is another packing of what is pinned."""
    known: PinnedFile = getattr(pinned, name)
    publisher.files[known.name] = content
    url = f"{publisher.address}/{known.name}"
    file = PinnedFile(known.name, len(content) - 3, "0" * 64, url, is_exact)
    monkeypatch.setattr(pinned, name, file)
    for module in (pinned, convert):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, file)
    monkeypatch.setattr(pinned, "FILES", (pinned.CHECKPOINT, pinned.PCA))
    return hashlib.sha256(content).hexdigest()


def repacked(pca_file):
    """Return the PCA parameters in another zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(pca_file) as old, zipfile.ZipFile(packed, "w") as new:
        new.comment = b"packed anew"
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return packed.getvalue()


@pytest.fixture
def model_files(publisher, monkeypatch, checkpoint, pca_file):
    sums = [
        publish(publisher, monkeypatch, "CHECKPOINT", checkpoint.read_bytes()),
        publish(publisher, monkeypatch, "PCA", repacked(pca_file)),
    ]
    return dict(zip(("vggish_model.ckpt", "vggish_pca_params.npz"), sums, strict=True))


def test_a_model_from_its_publisher_counts_as_released(data, model_files, publisher):
    lines, check = install.fetch_model(data, patience=QUICK)
    assert lines == [f"{name}: fetched; its publisher has packed it anew" for name in model_files]
    assert (check.name, check.is_released) == ("VGGish", True)
    for name, sha256 in model_files.items():
        assert (data.files / f"{name}.sha256").read_text() == f"{sha256}  {name}\n"
    # It stays so: nothing is fetched again, everything verifies.
    asked = len(publisher.asked)
    lines, check = install.fetch_model(data, patience=QUICK)
    assert all("already there" in line for line in lines)
    assert check.is_released
    assert len(publisher.asked) == asked
    assert all("verified" in line for line in store.verify(data.files, Job(), pinned.FILES))
    assert all("wrong" not in line for line in store.status(data.files, pinned.FILES))
    # And damage is found as before.
    path = data.files / "vggish_pca_params.npz"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(DownloadError, match="damaged"):
        store.verify(data.files, Job(), pinned.FILES)


def test_from_a_mirror_and_from_disk_the_known_checksum_is_needed(
    data, model_files, publisher, tmp_path
):
    mirror = Mirror.parse(publisher.address)
    with pytest.raises(DownloadError, match="is not the published"):
        install.fetch_model(data, mirror=mirror, patience=QUICK)
    assert names(data.files) == []
    mine = tmp_path / "mine.ckpt"
    mine.write_bytes(publisher.files["vggish_model.ckpt"])
    with pytest.raises(DownloadError, match="none of the official files"):
        install.import_files(data, [mine])
    assert names(data.files) == []


@pytest.mark.parametrize("wrong", ["shape", "foreign", "not a checkpoint"])
def test_a_checkpoint_of_something_else_is_removed(
    data, model_files, publisher, monkeypatch, tmp_path, wrong
):
    content = bytes(1_000_000)
    if wrong != "not a checkpoint":
        path = tmp_path / "wrong.ckpt"
        write_checkpoints("V1", path, wrong)
        content = path.read_bytes()
    publish(publisher, monkeypatch, "CHECKPOINT", content)
    with pytest.raises(WrongModelError):
        install.fetch_model(data, patience=QUICK)
    assert names(data.files) == []
    assert names(data.models) == []


def test_a_full_disk_at_the_conversion_costs_no_file(data, model_files, monkeypatch):
    def full(*_, **__):
        raise ModelError("The converted model cannot be stored.", "Free some space.")

    monkeypatch.setattr(install, "converted", full)
    with pytest.raises(ModelError):
        install.fetch_model(data, patience=QUICK)
    assert {*model_files} < {*names(data.files)}


def test_what_was_named_before_becomes_the_released_one(
    data, model_files, checkpoint, publisher, tmp_path
):
    pca = tmp_path / "pca.npz"
    pca.write_bytes(publisher.files["vggish_pca_params.npz"])
    folder = convert.converted(
        checkpoint, pca, data.models, install.probe_patches, Job(), data.files
    )
    assert not ModelManifest.load(folder).is_released
    install.fetch_model(data, patience=QUICK)
    assert ModelManifest.load(folder).is_released


# AudioSet


ORDER = ("eval", "unbal_train", "bal_train")


@pytest.fixture
def archive(features):
    return archive_of(features, ORDER, 40)


@pytest.fixture
def counts(archive, features, tmp_path, monkeypatch):
    """Let the small archive's counts be those of AudioSet."""
    found = {}
    for split in ORDER:
        path = tmp_path / f"{split}.tar.gz"
        path.write_bytes(archive_of(features, (split,), 40))
        found[split] = len(build_catalog(tmp_path / split, "audioset", [path]))
    monkeypatch.setattr(audioset, "N_CLIPS", {name: found[name] for name in ("bal_train", "eval")})
    monkeypatch.setattr(audioset, "LEAST_CLIPS", sum(found.values()) - 1)
    return found


def fetch(data, **choice):
    return fetch_features(data, ClipChoice(**choice), patience=QUICK)


def test_an_archive_from_its_publisher_becomes_the_catalogue_with_a_note(
    data, publisher, monkeypatch, archive, counts
):
    sha256 = publish(publisher, monkeypatch, "FEATURES", archive, is_exact=False)
    catalog, lines = fetch(data, keeps_archive=True)
    assert catalog.path == data.catalogs / "audioset"
    assert len(catalog) == sum(counts.values())
    assert "packed anew by its publisher; every record of it verifies" in lines[-1]
    assert pinned.repacked_sha256(data.files, pinned.FEATURES) == sha256
    # The archive that was kept is known from now on.
    some, lines = fetch(data, include=("Speech",))
    assert 0 < len(some) < len(catalog)
    assert len(publisher.asked) == 1
    balanced, _ = fetch(data, is_balanced=True)
    assert len(balanced) == counts["bal_train"] + counts["eval"]


@pytest.mark.parametrize("missing", [*ORDER, "some of all"])
def test_one_that_lacks_clips_is_refused(
    data, publisher, monkeypatch, archive, counts, features, missing
):
    order = tuple(split for split in ORDER if split != missing)
    less = archive_of(features, order, 30 if missing == "some of all" else 40)
    publish(publisher, monkeypatch, "FEATURES", less, is_exact=False)
    with pytest.raises(WrongContentError, match="nor a whole AudioSet"):
        fetch(data)
    assert names(data.catalogs) == names(data.files) == []


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_damage_is_refused_whoever_sends_it(data, publisher, monkeypatch, archive, counts, damage):
    wrong = bytearray(archive)
    if damage == "cut":
        wrong = wrong[: len(wrong) * 9 // 10]
    else:
        wrong[len(wrong) // 2] ^= 1
    publish(publisher, monkeypatch, "FEATURES", bytes(wrong), is_exact=False)
    with pytest.raises((CatalogError, WrongContentError)):
        fetch(data)
    assert names(data.catalogs) == names(data.files) == []


def test_a_mirrors_other_packing_is_refused(data, publisher, monkeypatch, archive, counts):
    publish(publisher, monkeypatch, "FEATURES", archive, is_exact=False)
    with pytest.raises(WrongContentError, match="is not the published file"):
        fetch_features(data, mirror=Mirror.parse(publisher.address), patience=QUICK)
    assert names(data.catalogs) == names(data.files) == []
