"""Why is no backup made, or none restored? Each with a stable code and a sentence for people."""

from typing import ClassVar


class KeepingRefused(RuntimeError):
    """`code` is stable, the sentence is for people."""

    code: ClassVar[str] = "keeping-failed"


class NothingToKeep(KeepingRefused):
    code = "backup-nothing-to-keep"


class FileTaken(KeepingRefused):
    code = "backup-file-exists"


class FileUnreachable(KeepingRefused):
    code = "backup-file-unreachable"


class ServerNewer(KeepingRefused):
    code = "backup-server-newer"


class SchemaUnknown(KeepingRefused):
    code = "backup-schema-unknown"


class DumpFailed(KeepingRefused):
    code = "backup-dump-failed"


class ArchiveDamaged(KeepingRefused):
    code = "backup-damaged"


class ArchiveUnknown(KeepingRefused):
    code = "backup-format-unknown"


class FolderUsed(KeepingRefused):
    code = "restore-folder-used"


class DatabaseUsed(KeepingRefused):
    code = "restore-database-used"


class KeysMissing(KeepingRefused):
    code = "backup-keys-missing"


class LoadFailed(KeepingRefused):
    code = "restore-load-failed"
