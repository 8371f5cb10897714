"""How much somebody uploads."""

import io
import zipfile


def zipped(bootstrap):
    """The bytes of the zip file that Lambda is given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(bootstrap, "bootstrap")
    return len(out.getvalue())
