"""Opens the built documentation as its readers do: served as files, in a browser.

    /usr/bin/python3 Tests/Browser/docs_test.py .build/docs

needs Debian's python3-selenium, chromium and chromium-driver.
"""

import functools
import http.server
import pathlib
import sys
import threading
import time
import unittest
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

SITE = pathlib.Path(".build/docs")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class DocumentationTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=SITE))
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.root = f"http://127.0.0.1:{cls.server.server_address[1]}/"
        options = Options()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        cls.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        cls.server.shutdown()
        cls.server.server_close()

    def wait(self, found, what):
        """What a function finds, once it finds anything."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if value := found():
                return value
            time.sleep(0.1)
        return self.fail(f"{what} did not appear in 30 s")

    def set_width(self, width):
        sizes = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", sizes)

    def search(self, words):
        """The titles and addresses of what the search finds."""
        self.set_width(1280)
        self.driver.get(self.root)
        field = self.wait(lambda: self.driver.find_elements(By.CSS_SELECTOR, ".md-search__input"), "the search")[0]
        self.driver.execute_script("document.querySelector('#__search').checked = true; arguments[0].focus()", field)
        self.driver.switch_to.active_element.send_keys(words)
        links = self.wait(
            lambda: self.driver.find_elements(By.CSS_SELECTOR, ".md-search-result__link"), f'a result for "{words}"'
        )
        return [(link.get_attribute("textContent"), link.get_attribute("href")) for link in links]

    def test_the_search_finds_pages_and_symbols(self):
        for words, title, path in [
            ("leakage", "A leakage-free split", "/leakage-free-split/"),
            ("null band", "null band", "/the-null-band/"),
            ("held out", "null band", "/the-null-band/"),
            ("SplitSeries", "SplitSeries", "/api/documentation/splits/splitseries/"),
            ("Slurm", "On a cluster", "/on-a-cluster/"),
        ]:
            with self.subTest(words):
                found = self.search(words)
                places = [urlsplit(address).path for _, address in found]
                self.assertIn(path, places[:5], f"{words}: {places[:5]}")
                self.assertIn(title.lower(), found[places.index(path)][0].lower())

    def test_every_page_opens_and_fits(self):
        index = SITE / "sitemap.xml"
        self.assertTrue(index.exists())
        pages = sorted(
            page.parent.relative_to(SITE).as_posix() for page in SITE.rglob("index.html") if "api" not in page.parts
        )
        self.assertGreater(len(pages), 30)
        for width in (400, 1280):
            self.set_width(width)
            for page in pages:
                with self.subTest(page=page, width=width):
                    self.driver.get(self.root + page + "/")
                    self.assertTrue(self.driver.find_element(By.TAG_NAME, "h1").text)
                    wide = self.driver.execute_script("return document.documentElement.scrollWidth")
                    self.assertLessEqual(wide, width, "the page is wider than the window")
                    self.assertEqual(
                        self.driver.execute_script(
                            "return [...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src)"
                        ),
                        [],
                    )

    def test_the_libraries_open(self):
        self.driver.get(self.root + "api/documentation/splits/splitseries/")
        self.wait(lambda: "SplitSeries" in self.driver.title, "the documentation of SplitSeries")

    def test_nothing_is_asked_of_the_network(self):
        self.driver.get_log("performance")
        for page in ("", "which-backbone/", "api/documentation/splits/"):
            self.driver.get(self.root + page)
            time.sleep(1)
        asked = [
            part.split('"', 1)[0]
            for entry in self.driver.get_log("performance")
            if "Network.requestWillBeSent" in entry["message"]
            for part in entry["message"].split('"url":"')[1:]
        ]
        elsewhere = [address for address in asked if not address.startswith((self.root, "data:", "blob:"))]
        self.assertEqual(elsewhere, [])


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        SITE = pathlib.Path(sys.argv.pop(1))
    unittest.main()
