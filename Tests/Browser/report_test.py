#!/usr/bin/env python3
"""Opens a report in headless Chromium as its readers do.

    Tests/Browser/report_test.py OODML [SCREENSHOT_FOLDER]

OODML is the built command. Needs chromium, chromium-driver and python3-selenium of Debian, which Scripts/test installs.
The page is made from the published splits of glyphs200 with the example model and, so that there are differences to
show, a second model that is worse by a known amount.
"""

import base64
import itertools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

ROOT = pathlib.Path(__file__).resolve().parents[2]
OODML = None
SCREENSHOTS = None

# Texts that are seen, each with its colour, that of the ground below it, and its size on the screen.
SEEN_TEXTS = """
const channels = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
const ground = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const color = channels(getComputedStyle(e).backgroundColor);
    if (color.length === 3 || color[3] > 0) return color.slice(0, 3);
  }
  return [255, 255, 255];
};
const result = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || element.closest("script, title, option, .skip")) continue;
  if (!element.checkVisibility()) continue;
  const style = getComputedStyle(element);
  const svg = element.closest("svg");
  const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
  result.push({
    text: walker.currentNode.textContent.trim().slice(0, 40),
    color: channels(svg ? style.fill : style.color).slice(0, 3), ground: ground(element),
    size: parseFloat(style.fontSize) * scale,
  });
}
return result;
"""

# Texts of drawings that stick out of them.
CLIPPED = """
const result = [];
for (const text of document.querySelectorAll("svg text")) {
  if (!text.checkVisibility()) continue;
  const [inner, outer] = [text.getBoundingClientRect(), text.closest("svg").getBoundingClientRect()];
  if (inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1
      || inner.bottom > outer.bottom + 1) result.push(text.textContent);
}
return result;
"""

# What a keyboard can reach, and what screen readers would call it.
CONTROLS = """
return [...document.querySelectorAll("a, button, select, input, summary, [tabindex]")]
  .filter((e) => e.checkVisibility())
  .map((e) => (e.getAttribute("aria-label") || (e.labels && e.labels.length ? e.labels[0].textContent : "")
    || e.textContent).trim());
"""


def luminance(color):
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def worse(results):
    """The same results with every value lower by a twentieth, so that a second model has its own."""
    if isinstance(results, dict):
        return {
            k: v * 0.95 if k in ("value", "recall@1", "map@r") and isinstance(v, float) else worse(v)
            for k, v in results.items()
        }
    return [worse(v) for v in results] if isinstance(results, list) else results


class ReportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="oodml-report-"))
        example = ROOT / "splits/glyphs200/example"
        shutil.copytree(example, cls.folder / "example")
        other = cls.folder / "a model with a rather long name, for want of a better one"
        shutil.copytree(example, other)
        (other / "results.json").write_text(json.dumps(worse(json.loads((example / "results.json").read_text()))))
        # It would say that the results were changed.
        (other / "receipt.csv").unlink()
        cls.page = cls.folder / "report.html"
        subprocess.run(
            [OODML, "report", ROOT / "splits/glyphs200", cls.folder / "example", other, "--out", cls.page],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        cls.manifest = json.loads((ROOT / "splits/glyphs200/manifest.json").read_text())
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        # No sandbox and no shared memory, since tests may run as root in a container that has little of it.
        arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"]
        for argument in arguments:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        cls.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        shutil.rmtree(cls.folder)

    def open(self, width=1600, scheme="light", scripts=True):
        command = self.driver.execute_cdp_cmd
        command(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        command("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        command("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        self.driver.get_log("performance")
        self.driver.get(self.page.as_uri())

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def screenshot(self, name):
        if SCREENSHOTS:
            height = self.script("return document.documentElement.scrollHeight")
            image = self.driver.execute_cdp_cmd(
                "Page.captureScreenshot",
                {
                    "format": "png",
                    "captureBeyondViewport": True,
                    "clip": {
                        "x": 0,
                        "y": 0,
                        "width": self.script("return innerWidth"),
                        "height": min(height, 16000),
                        "scale": 1,
                    },
                },
            )
            (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(image["data"]))

    def test_nothing_is_said_or_asked_for(self):
        self.open()
        self.assertEqual(self.driver.get_log("browser"), [])
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        self.assertEqual([url for url in asked if not url.startswith("data:")], [self.page.as_uri()])

    def test_it_fits_and_can_be_read_at_any_width_in_light_and_dark(self):
        for width in (400, 800, 1600):
            for scheme in ("light", "dark"):
                with self.subTest(width=width, scheme=scheme):
                    self.open(width, scheme)
                    self.screenshot(f"{width}-{scheme}")
                    self.assertLessEqual(self.script("return document.documentElement.scrollWidth"), width)
                    self.assertEqual(self.script(CLIPPED), [])
                    # What is folded away is opened for the rest.
                    self.script("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
                    texts = self.script(SEEN_TEXTS)
                    self.assertGreater(len(texts), 1000)
                    for text in texts:
                        self.assertGreaterEqual(contrast(text["color"], text["ground"]), 4.5, text)
                        self.assertGreaterEqual(text["size"], 9, text)
                    grounds = {tuple(text["ground"]) for text in texts}
                    self.assertTrue(all((luminance(g) > 0.5) == (scheme == "light") for g in grounds), grounds)

    def test_the_structure_is_sound(self):
        self.open()
        ids = self.script("return [...document.querySelectorAll('[id]')].map((e) => e.id)")
        self.assertEqual(len(ids), len(set(ids)))
        links = self.script("return [...document.querySelectorAll('a')].map((e) => e.getAttribute('href'))")
        self.assertGreaterEqual(len(links), 7)
        for link in links:
            self.assertIn(link.removeprefix("#"), ids)
        levels = self.script("return [...document.querySelectorAll('h1, h2, h3')].map((e) => Number(e.tagName[1]))")
        self.assertEqual(levels[0], 1)
        self.assertEqual(levels.count(1), 1)
        self.assertTrue(all(b <= a + 1 for a, b in itertools.pairwise(levels)), levels)
        images = self.script("""
            document.querySelectorAll("details").forEach((d) => { d.open = true; });
            const images = [...document.querySelectorAll("img")];
            images.forEach((i) => { i.loading = "eager"; });
            return Promise.all(images.map((i) => i.decode())).then(
              () => images.map((i) => [i.alt, i.naturalWidth, i.src.slice(0, 5)]));""")
        self.assertGreater(len(images), 300)
        self.assertTrue(all(alt and width > 0 and source == "data:" for alt, width, source in images))
        drawings = self.script(
            "return [...document.querySelectorAll('svg')]"
            ".map((e) => [e.getAttribute('role'), e.getAttribute('aria-label')])"
        )
        self.assertGreaterEqual(len(drawings), 18)
        self.assertTrue(all(role == "img" and len(label) > 40 for role, label in drawings))
        self.assertTrue(all(self.script(CONTROLS)), self.script(CONTROLS))

    def test_the_keyboard_reaches_the_content_first(self):
        self.open()
        self.driver.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
        first = self.driver.switch_to.active_element
        self.assertEqual(first.get_attribute("href").split("#")[1], "content")
        self.assertGreaterEqual(first.rect["x"], 0)
        seen = []
        for _ in range(12):
            self.driver.switch_to.active_element.send_keys(Keys.TAB)
            seen.append(self.driver.switch_to.active_element.text)
        self.assertIn("Levels", seen)

    def test_the_map_shows_every_level(self):
        self.open()
        choice = Select(self.driver.find_element(By.ID, "map-level"))
        self.assertEqual(len(choice.options), len(self.manifest["levels"]))
        for number, level in enumerate(self.manifest["levels"]):
            choice.select_by_index(number)
            counts = [len(level[side]) for side in ("train", "test", "removed")]
            self.assertEqual(
                self.driver.find_element(By.ID, "map-counts").text,
                "{} train, {} test and {} removed classes".format(*counts),
            )
            sides = self.script("""
                return [...document.querySelectorAll("#map .wide g.classes path")]
                  .map((p) => [p.querySelector("title").textContent, p.getAttribute("fill")]);""")
            expected = {f"{label}: {side}" for side in ("train", "test", "removed") for label in level[side]}
            self.assertEqual({title for title, _ in sides}, expected)
            colors = {(title.rsplit(": ", 1)[1], fill) for title, fill in sides}
            self.assertEqual(len(colors), sum(count > 0 for count in counts))

    def test_the_table_of_classes_sorts_and_filters(self):
        self.open()

        def column(number):
            return self.script(
                "return [...document.querySelectorAll('#class-table tbody tr')]"
                ".map((r) => r.children[arguments[0]].textContent)",
                number,
            )

        def numbers(number):
            return [float(text.replace("−", "-")) for text in column(number) if text != "–"]

        self.assertEqual(len(column(0)), 200)
        self.assertEqual(numbers(2), sorted(numbers(2)))
        for number in range(6):
            button = self.driver.find_elements(By.CSS_SELECTOR, "#class-table th button")[number]
            for descending in (False, True):
                button.send_keys(Keys.ENTER)
                header = self.driver.find_elements(By.CSS_SELECTOR, "#class-table thead th")[number]
                self.assertEqual(header.get_attribute("aria-sort"), "descending" if descending else "ascending")
                found = numbers(number) if number else column(0)
                self.assertEqual(found, sorted(found, reverse=descending))
        level = self.manifest["levels"][-1]
        Select(self.driver.find_element(By.ID, "class-level")).select_by_visible_text(level["id"])
        self.assertEqual(set(column(0)), set(level["train"] + level["test"]))
        self.driver.find_element(By.ID, "class-filter").send_keys("GREEK/")
        greek = [label for label in level["train"] + level["test"] if label.startswith("greek/")]
        self.assertEqual(sorted(column(0)), sorted(greek))
        self.assertEqual(self.driver.find_element(By.ID, "class-count").text, f"{len(greek)} of {len(greek)} classes")

    def test_the_table_agrees_with_the_file(self):
        self.open()
        Select(self.driver.find_element(By.ID, "class-level")).select_by_visible_text("level-9")
        rows = [line.split(",") for line in (self.folder / "example/per-class.csv").read_text().splitlines()[1:]]
        expected = {row[2]: (int(row[3]), float(row[4])) for row in rows if row[0] == "level-9"}
        shown = self.script(
            "return [...document.querySelectorAll('#class-table tbody tr')]"
            ".map((r) => [...r.children].map((c) => c.textContent))"
        )
        self.assertEqual(len(shown), len(expected))
        for label, queries, recall, *_ in shown:
            self.assertEqual(int(queries), expected[label][0])
            self.assertAlmostEqual(float(recall), expected[label][1], delta=0.00056)

    def test_without_scripts_all_is_there_but_the_controls(self):
        self.open(scripts=False)
        source = self.driver.page_source
        self.assertIn("arabic/u0646-noon", source)
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        self.assertEqual(self.script("return document.querySelectorAll('#class-table tbody tr').length"), 200)
        self.assertFalse(self.script("return document.getElementById('class-controls').checkVisibility()"))
        self.assertFalse(self.script("return document.getElementById('map-controls').checkVisibility()"))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(f"{sys.argv[0]}: expected the path of the built oodml, and optionally a folder for screenshots")
    OODML = pathlib.Path(sys.argv[1]).resolve()
    if len(sys.argv) == 3:
        SCREENSHOTS = pathlib.Path(sys.argv[2])
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    unittest.main(argv=sys.argv[:1])
