#!/usr/bin/env python3
"""Has Neuroglancer, in a browser without a window, draw our stores, and compares its pixels with ours.

    interop_neuroglancer.py [TOOL]

TOOL is the built t2s-volume (default: $T2S_VOLUME). A grey volume with one ball and labels of the same
ball are converted to stores and served over HTTP, as to any web viewer. At each level's zoom, in three
planes, every pixel must be the voxel of that level which lies there by OME-Zarr's scale and translation
(mean for grey, mode for labels), and the ball's centre on the screen must lie within a quarter of that
level's voxels of the truth. Needs Debian's chromium and chromium-driver beside Python's neuroglancer and
selenium. Exit code 1 where something differs, 77 where one of them or the tool is missing.
"""
import functools
import http.server
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from importlib import metadata
from pathlib import Path

try:
    import neuroglancer
    import neuroglancer.webdriver
    import numpy as np
    import zarr
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

TOOL = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("T2S_VOLUME")
if not TOOL or not Path(TOOL).is_file():
    print("skipped: build t2s-volume first, or give its path")
    sys.exit(77)
if not shutil.which("chromium") or not shutil.which("chromedriver"):
    print("skipped: apt-get install chromium chromium-driver")
    sys.exit(77)

SHAPE = (75, 203, 331)
CENTRE = np.array([33.3, 101.7, 140.2])
RADIUS = 27.0
SPACING = np.array([2.6, 1.3, 1.3])
WIDTH, HEIGHT = 480, 360
# Axes that go across and down on the screen, and which way the first goes.
PLANES = {"xy": (2, 1, 1), "xz": (2, 0, 1), "yz": (0, 1, -1)}
# How many of a pixel's edges a voxel may have for its level to be drawn: just more than one.
RENDER_SCALE = 1.4
GREY = "void main() { emitRGB(vec3(float(toRaw(getDataValue())) / 255.0, 0.0, 0.0)); }"
failures = []


def fail(text):
    failures.append(text)
    print("  ", text)


class Store(http.server.SimpleHTTPRequestHandler):
    """Files with ranges, for pages of any origin."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, code, body=b"", **headers):
        self.send_response(code)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_OPTIONS(self):
        self.answer(200)

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            return self.answer(404)
        body = path.read_bytes()
        asked = self.headers.get("Range")
        if not asked:
            return self.answer(200, body, Accept_Ranges="bytes")
        first, last = asked.split("=")[1].split("-")
        start = int(first) if first else max(0, len(body) - int(last))
        stop = min(int(last) + 1, len(body)) if first and last else len(body)
        self.answer(206, body[start:stop], Content_Range=f"bytes {start}-{stop - 1}/{len(body)}")

    do_HEAD = do_GET


def draw(viewer, layer, layout, scale, position):
    """The picture's red, rows and columns, `scale` voxels of level 0 a pixel, `position` in its middle."""
    with viewer.txn() as state:
        state.dimensions = neuroglancer.CoordinateSpace(
            names=["x", "y", "z"], units="um", scales=SPACING[::-1].tolist())
        state.layers["volume"] = layer
        state.layout = layout
        state.show_axis_lines = state.show_scale_bar = state.show_default_annotations = False
        state.cross_section_background_color = "#000000"
        state.position = [float(p) for p in position[::-1]]
        # In the finest of the three units, which is that of x and y.
        state.cross_section_scale = scale
    return viewer.screenshot(size=[WIDTH, HEIGHT]).screenshot.image_pixels[..., 0].astype(int)


def voxels_at(level, number, layout, middle):
    """What the pixels should be: the voxels of a level, the first voxel of level 0 having its middle at 0."""
    across, down, way = PLANES[layout]
    through = 3 - across - down
    size = 2.0 ** number
    # Where the pixels' middles lie, in voxels of level 0.
    steps = size * SPACING[2] / SPACING
    places = {
        across: middle[across] + way * (np.arange(WIDTH) + 0.5 - WIDTH / 2) * steps[across],
        down: middle[down] + (np.arange(HEIGHT) + 0.5 - HEIGHT / 2) * steps[down],
        through: np.array([middle[through]]),
    }
    index = [np.floor((places[axis] + 0.5) / size).astype(int) for axis in range(3)]
    inside = [(i >= 0) & (i < level.shape[axis]) for axis, i in enumerate(index)]
    values = level[np.ix_(*(np.where(ok, i, 0) for i, ok in zip(index, inside)))]
    values = values * (inside[0][:, None, None] & inside[1][None, :, None] & inside[2][None, None, :])
    plane = np.squeeze(values, axis=through)
    # Rows are what goes down.
    return plane if down < across else plane.T


def check(name, store, url, layer, drawn):
    worst, count, levels = 0.0, 0, len(sorted(p for p in store.iterdir() if p.name.isdigit()))
    viewer = neuroglancer.Viewer()
    browser = neuroglancer.webdriver.Webdriver(
        viewer, headless=True, docker=True, extra_command_line_args=["--no-proxy-server"])
    with browser:
        for layout, axes in PLANES.items():
            for number in range(levels):
                size = 2 ** number
                # The pixels' middles are in those of the level's voxels, or halfway to their corners.
                middle = np.array([32, 96, 136]) // size * size - 0.5
                middle[3 - axes[0] - axes[1]] += size / 2 + 0.1
                picture = draw(viewer, layer(url), layout, size, middle)
                level = zarr.open_array(str(store / str(number)), mode="r")[:]
                expected = drawn(voxels_at(level, number, layout, middle))
                wrong = int((np.abs(picture - expected) > 0).sum())
                count += picture.size
                if wrong:
                    fail(f"{name} {layout} level {number}: {wrong} pixels are not the voxels there")
                if picture.sum() == 0:
                    fail(f"{name} {layout} level {number}: nothing is drawn")
                    continue
                rows, columns = np.indices(picture.shape)
                weight = picture / picture.sum()
                for axis, place, half in [(axes[0], columns, WIDTH / 2), (axes[1], rows, HEIGHT / 2)]:
                    pixels = ((place + 0.5) * weight).sum() - half
                    way = axes[2] if axis == axes[0] else 1
                    voxel = middle[axis] + way * pixels * size * SPACING[2] / SPACING[axis]
                    off = abs(voxel - CENTRE[axis]) / size
                    worst = max(worst, off)
                    if off > 0.25:
                        fail(f"{name} {layout} level {number}: the ball is drawn {off:.3f} voxels off")
    print(f"  {name}: {levels} levels in three planes, {count:,} pixels, the ball at most {worst:.3f} voxels off")


def main():
    logging.disable(logging.WARNING)
    place = np.indices(SHAPE).astype(np.float64)
    distance = np.sqrt(sum((place[i] - CENTRE[i]) ** 2 * (2.0 if i == 0 else 1.0) ** 2 for i in range(3)))
    grey = (np.clip((RADIUS - distance) / 2 + 0.5, 0, 1) * 200).astype(np.uint8)
    labels = (distance < RADIUS).astype(np.uint8) * 2
    size = "x".join(str(s) for s in SPACING) + "um"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        grey.tofile(folder / "grey.raw")
        group = zarr.create_group(str(folder / "theirs"), zarr_format=3, attributes={"ome": {
            "version": "0.5", "image-label": {},
            "multiscales": [{"name": "labels", "axes": [
                {"name": n, "type": "space", "unit": "micrometer"} for n in "zyx"],
                "datasets": [{"path": "0", "coordinateTransformations": [
                    {"type": "scale", "scale": SPACING.tolist()}]}]}]}})
        group.create_array("0", shape=SHAPE, chunks=(64, 64, 64), dtype="uint8",
                           dimension_names=list("zyx"))[:] = labels
        for source, *options in [
            ("grey.raw", "--shape", "x".join(map(str, SHAPE)), "--type", "uint8", "--voxel-size", size),
            ("theirs",)
        ]:
            name = "grey" if options else "labels"
            run = subprocess.run([TOOL, "convert", str(folder / source), str(folder / f"{name}.zarr"), *options],
                                 capture_output=True, text=True)
            if run.returncode != 0:
                sys.exit(f"convert {source}: {run.stderr}")
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Store, directory=str(folder)))
        server.handle_error = lambda *_: None  # A browser that hangs up is none.
        threading.Thread(target=server.serve_forever, daemon=True).start()
        neuroglancer.set_server_bind_address("127.0.0.1")
        base = f"zarr3://http://127.0.0.1:{server.server_port}"
        check("grey", folder / "grey.zarr", f"{base}/grey.zarr/",
              lambda url: neuroglancer.ImageLayer(
                  source=url, shader=GREY, cross_section_render_scale=RENDER_SCALE), lambda v: v)
        check("labels", folder / "labels.zarr", f"{base}/labels.zarr/",
              lambda url: neuroglancer.SegmentationLayer(
                  source=url, segments=[2], segment_colors={2: "#ff0000"}, selected_alpha=1,
                  not_selected_alpha=0, cross_section_render_scale=RENDER_SCALE),
              lambda v: (v == 2) * 255)
    print(f"| OME-Zarr in a viewer | neuroglancer {metadata.version('neuroglancer')} | every pixel of each level of grey and "
          "of labels in three planes |")
    sys.exit(1 if failures else 0)


main()
