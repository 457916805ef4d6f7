# SPDX-License-Identifier: Apache-2.0
"""scripts/check_style refuses what it should, and only that, on a small project made for the purpose."""
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(__file__), "..", "..", "scripts", "check_style")
LICENCE = "// SPDX-License-Identifier: Apache-2.0\n"


class CheckStyleTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        for folder, deps in (("base", ""), ("time", "base"), ("plan", "time")):
            self.write(f"src/{folder}/CMakeLists.txt",
                       f"# SPDX-License-Identifier: Apache-2.0\ntidemark_library({folder}{' DEPS ' + deps if deps else ''} LINK other)\n")
            self.write(f"src/{folder}/README.md", f"# {folder}\n\nMay use: {deps or 'nothing of tidemark'}.\n")
        self.write("src/base/clock.h", LICENCE + "#pragma once\n")
        self.write("src/plan/plan.cc", LICENCE + '#include "base/clock.h"\n#include "plan/plan.h"\n#include <vector>\n')
        self.write("src/plan/plan.h", LICENCE + "#pragma once\n")
        self.write("src/plan/common_plan.h", LICENCE + "#pragma once\n")

    def write(self, path, text):
        full = os.path.join(self.folder.name, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def check(self, *options):
        return subprocess.run([sys.executable, SCRIPT, *options, self.folder.name], capture_output=True, text=True, check=False)

    def assert_refused(self, *fragments, options=()):
        result = self.check(*options)
        self.assertEqual(result.returncode, 1, result.stderr)
        for fragment in fragments:
            self.assertIn(fragment, result.stderr)

    def test_accepts_a_tidy_project_with_dependencies_of_dependencies(self):
        result = self.check()
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_refuses_an_include_that_points_upward(self):
        self.write("src/time/window.h", LICENCE + '#pragma once\n#include "plan/plan.h"\n')
        self.assert_refused("src/time/window.h:3: time must not include plan/plan.h", options=["--layers"])

    def test_refuses_an_include_without_its_folder(self):
        self.write("src/plan/other.cc", LICENCE + '#include "plan.h"\n')
        self.assert_refused('src/plan/other.cc:2: "plan.h" does not begin with a folder')

    def test_refuses_a_document_that_names_a_file_that_is_gone(self):
        self.write("docs/architecture.md", "`base/clock.h`, `plan/*.cc`, `src/plan/plan.h` and `plan/gone.h`\n")
        result = self.check()
        self.assertEqual(result.stderr, "docs/architecture.md:1: names plan/gone.h, which is not there\n")

    def test_refuses_code_in_a_folder_that_is_not_built(self):
        self.write("src/loose/a.cc", LICENCE)
        self.assert_refused("src/loose has no CMakeLists.txt", "src/loose/README.md: missing")

    def test_refuses_a_file_over_the_budget_and_lists_one_that_is_getting_long(self):
        self.write("src/base/long.cc", LICENCE + "\n" * 1000)
        self.write("src/base/longish.cc", LICENCE + "\n" * 500)
        self.assert_refused("src/base/long.cc: 1001 lines")
        self.assertIn("src/base/longish.cc", self.check().stdout)

    def test_refuses_empty_names_leftovers_and_missing_licence_lines(self):
        self.write("src/base/string_utils.h", LICENCE + "#pragma once\nclass StringHelper {};\n")
        self.write("src/base/later.cc", LICENCE + "int x;  // " + "TO" "DO: think\n")
        self.write("src/base/bare.cc", "int y;\n")
        self.write("src/base/common/x.h", LICENCE + "#pragma once\n")
        self.assert_refused("common/x.h: the name", "string_utils.h: the name says nothing", "string_utils.h:3", "later.cc:2", "bare.cc: the first line")

    def test_refuses_a_readme_that_names_other_folders_than_deps(self):
        self.write("src/plan/README.md", "# plan\n\nMay use: base, time.\n")
        self.write("src/base/README.md", "# base\n")
        self.assert_refused("src/plan/README.md: the DEPS of its CMakeLists.txt ask for the line 'May use: time.'",
                            "src/base/README.md: the DEPS")

    def test_refuses_functions_over_the_budget(self):
        line = "  x = 1;\n"
        inner = "  if (x) {\n" + line * 60 + "  }\n"
        self.write("src/base/a.cc", LICENCE + "namespace a {\nint Short(int a,\n          int b) {\n" + inner + "}\n\n"
                   + "class C {\n  int Long(int a, int b) const override {\n" + "    x = 1;\n" * 69 + "  }\n};\n\n"
                   + "C::C()\n    : x_(1),\n      y_(2) {\n" + line * 69 + "}\n\n"
                   + "TEST(Suite, Name) {\n" + line * 69 + "}\n\n"
                   + "const auto text = R\"(\n" + "f() {\n" * 80 + ")\";\n\nint Next() {\n" + line * 68 + "}\n")
        self.write("scripts/a.py", "# SPDX-License-Identifier: Apache-2.0\ndef long(\n    x,\n):\n" + "    x = 1\n" * 68
                   + "\n\ndef short():\n    pass\n")
        result = self.check()
        self.assertEqual(result.stderr, "scripts/a.py:2: long has 71 lines, more than 70; split it by meaning\n"
                         "src/base/a.cc:70: Long has 71 lines, more than 70; split it by meaning\n"
                         "src/base/a.cc:145: C::C has 71 lines, more than 70; split it by meaning\n"
                         "src/base/a.cc:217: TEST.Suite.Name has 71 lines, more than 70; split it by meaning\n")

    def test_refuses_an_exemption_that_is_not_needed(self):
        self.write("src/catalog/configuration.cc", LICENCE + "int Configuration::Specs() {\n}\n")
        self.assert_refused("src/catalog/configuration.cc: Configuration::Specs is no longer long")

    def test_refuses_clocks_and_random_numbers_of_the_machine(self):
        code = LICENCE + "auto now = std::chrono::steady_clock::now();  // not system_clock\n"
        for path in ("src/plan/a.cc", "src/plan/a_test.cc", "src/base/a.cc"):
            self.write(path, code)
        self.assertEqual(self.check().stderr, "src/plan/a.cc:2: steady_clock: use the clock, or the random numbers, that "
                         "the code was given\n")

    def test_refuses_a_link_that_leads_nowhere(self):
        self.write("docs/page.md", "[there](../src/base/README.md) [nowhere](gone.md) [web](https://example.org/x)\n")
        self.assert_refused("docs/page.md:1: the link to gone.md")


if __name__ == "__main__":
    unittest.main()
