"""The folder a feed's `path` names, on this machine or in an object store."""

from include.config.credentials import Credentials
from include.config.models import Feed
from include.config.walls.own_paths import resolve_own_path
from include.core.errors import ConfigError
from include.extract.files.folder import Folder, LocalFolder, archive_path
from include.extract.files.place import MAX_CELLS, MAX_UNPACKED_BYTES


def open_folder(feed: Feed, credentials: Credentials) -> Folder:
    """The folder of option `path`: local, or a URL.

    Raises:
        ConfigError: If it does not exist, or nothing installed can read such a URL.
    """
    path = str(feed.options["path"])
    folder: Folder
    if "://" in path and not path.startswith("file://"):
        # Imports Airflow, which a local folder must not wait for.
        from include.extract.files.object_folder import open_object_folder

        folder = open_object_folder(path, feed, credentials)
    else:
        place = resolve_own_path(path, feed.tenant.id)
        if not place.is_dir():
            raise ConfigError(
                f"`{path}` is no folder. Expected the folder of `path`. Correct the tenant file."
            )
        folder = LocalFolder(place, archive_path(feed))
    folder.max_unpacked_bytes = int(feed.options.get("max_unpacked_bytes") or MAX_UNPACKED_BYTES)
    folder.max_cells = int(feed.options.get("max_cells") or MAX_CELLS)
    return folder
