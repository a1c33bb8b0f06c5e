"""What is recorded of a program's calls: each one, once, where it belongs."""
import collections
import contextlib
import sys
import threading
import unittest.mock

import vtctrace
from support import Case, ask, counts, main, short


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def numbers(count):
    for number in range(count):
        yield number


def fails():
    raise KeyError("no")


def catches():
    try:
        fails()
    except KeyError:
        return 1


class TestCalls(Case):
    def test_function__each_call_is_recorded_once(self):
        found = self.trace(fib, 12)
        self.assertEqual(found, {"fib": 465})

    def test_names__tell_file_and_line(self):
        self.trace(fib, 3)
        names = {row["name"] for row in ask(self.file, "count by name")}
        self.assertIn(f"fib ({__file__}:{fib.__code__.co_firstlineno})", names)

    def test_method__has_its_class(self):
        class Box:
            def put(self):
                pass
        self.assertEqual(self.trace(Box().put),
                         {"TestCalls.test_method__has_its_class.<locals>.Box.put": 1})

    def test_nesting__children_are_within(self):
        self.trace(catches)
        rows = ask(self.file, "SELECT c.name AS child, p.name AS parent FROM slice c "
                              "LEFT JOIN slice p ON c.parent_id = p.id WHERE c.category = 'python'")
        self.assertEqual({(short(r["child"]), short(r["parent"])) for r in rows},
                         {("catches", None), ("fails", "catches")})

    def test_generator__each_activation_is_a_call(self):
        def use():
            return sum(numbers(3))
        found = self.trace(use)
        self.assertEqual(found["numbers"], 4)

    def test_generator__throw_and_close_leave_no_call_open(self):
        def use():
            one, two = numbers(3), numbers(3)
            next(one)
            with contextlib.suppress(ValueError):
                one.throw(ValueError())
            next(two)
            two.close()
            fib(1)
        self.trace(use)
        rows = ask(self.file, "SELECT name, depth, dur FROM slice WHERE name GLOB 'fib*'")
        self.assertEqual([(row["depth"], row["dur"] >= 0) for row in rows], [(1, True)])
        self.assertEqual(ask(self.file, "SELECT count(*) AS n FROM slice WHERE dur < 0"), [{"n": 0}])

    def test_generator__ends_on_another_thread(self):
        def start(box):
            box.append(numbers(10))
            next(box[0])

        def go_on(box):
            list(box[0])

        def use():
            box = []
            for target in (start, go_on):
                thread = threading.Thread(target=target, args=(box,))
                thread.start()
                thread.join()
        found = self.trace(use)
        self.assertEqual(found["numbers"], 1 + 10)

    def test_c_function__is_recorded_with_its_owner(self):
        def use():
            [].append(1)
            len("abc")
            with contextlib.suppress(ValueError):
                [].index(1)
        self.trace(use)
        found = counts(self.file, "c")
        self.assertEqual((found["list.append"], found["builtins.len"], found["list.index"]),
                         (1, 1, 1))

    def test_ignore_c_function(self):
        self.trace(lambda: len("abc"), ignore_c_function=True)
        self.assertEqual(counts(self.file, "c"), {})

    def test_max_stack_depth__deeper_calls_are_left_out(self):
        self.assertEqual(self.trace(fib, 12, max_stack_depth=3, ignore_c_function=True),
                         {"fib": 1 + 2 + 4})

    def test_min_duration__shorter_calls_are_left_out(self):
        def slow():
            event = threading.Event()
            event.wait(0.03)
            fib(3)
        found = self.trace(slow, min_duration="10ms", ignore_c_function=True)
        self.assertNotIn("fib", found)
        self.assertTrue(any(name.endswith("slow") for name in found), found)

    def test_include_files__others_are_left_out(self):
        found = self.trace(lambda: collections.Counter("abc").most_common(1),
                           include_files=[collections.__file__])
        self.assertIn("Counter.most_common", found)
        self.assertFalse(any("lambda" in name for name in found), found)

    def test_exclude_files__c_functions_they_call_are_left_out_too(self):
        found = self.trace(catches, exclude_files=__file__)
        self.assertEqual(found, {})
        self.assertEqual(counts(self.file, "c"), {})

    def test_exclude_files__ends_of_its_c_functions_end_no_others(self):
        other = self.script("""
            def key(value):
                return sorted([2, 1])[0]
            """, "other.py")
        names = {}
        exec(compile(other.read_text(), str(other), "exec"), names)

        def use():
            sorted([3, 1, 2], key=lambda value: (names["key"](value), fib(1)))
        self.trace(use, exclude_files=[str(other)])
        rows = ask(self.file, "SELECT c.name AS name, p.name AS parent FROM slice c "
                              "LEFT JOIN slice p ON c.parent_id = p.id")
        found = [(short(row["name"]), short(row["parent"]).split(".")[-1]) for row in rows
                 if row["parent"] and short(row["name"]) in ("fib", "builtins.sorted")]
        self.assertEqual(sorted(found), [("builtins.sorted", "use")] + 3 * [("fib", "<lambda>")])
        self.assertEqual([short(row["parent"]) for row in rows
                          if (row["name"] or "").split(" (")[0].endswith("<lambda>")],
                         3 * ["builtins.sorted"])

    def test_filters__each_start_has_its_own(self):
        self.assertEqual(self.trace(fib, 5, exclude_files=[__file__]), {})
        self.assertEqual(self.trace(fib, 5), {"fib": 15})

    def test_log_func_args__are_arguments_of_the_event(self):
        def add(left, *rest, key="k", **more):
            return left
        self.trace(lambda: add(1, 2, more=[3]), log_func_args=True, log_func_retval=True)
        rows = ask(self.file, "SELECT flat_key, string_value FROM slice JOIN args "
                              "USING (arg_set_id) WHERE name GLOB '*.add *'")
        found = {row["flat_key"].split(".")[-1]: row["string_value"] for row in rows}
        self.assertEqual(found, {"left": "1", "key": "'k'", "rest": "(2,)",
                                 "more": "{'more': [3]}", "return_value": "1"})

    def test_log_func_args__a_repr_that_fails_changes_nothing(self):
        class Bad:
            def __repr__(self):
                raise RuntimeError("no")
        self.assertEqual(self.trace(lambda bad: 5, Bad(), log_func_args=True).popitem()[1], 1)

    def test_log_func_args__long_and_broken_text(self):
        def take(text):
            pass
        for text in ("x" * 100000, "\udc80" * 300, "é" * 5000):
            self.trace(take, text, log_func_args=True)
            self.assertEqual(ask(self.file, "stats")[0].get("lost", 0), 0)

    def test_threads__have_their_names_and_all_their_calls(self):
        def use():
            threads = [threading.Thread(target=fib, args=(8,), name=f"worker {i}")
                       for i in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.trace(use)
        rows = ask(self.file, "SELECT thread.name AS thread, count(*) AS n FROM slice "
                              "JOIN thread_track ON slice.track_id = thread_track.id "
                              "JOIN thread USING (utid) WHERE slice.name GLOB 'fib*' GROUP BY 1")
        self.assertEqual({row["thread"]: row["n"] for row in rows},
                         {f"worker {i}": 67 for i in range(4)})

    def test_threads__that_run_already_are_traced_too(self):
        go, ready = threading.Event(), threading.Event()

        def wait():
            ready.set()
            go.wait()
            fib(8)
        thread = threading.Thread(target=wait)
        thread.start()
        ready.wait()

        def use():
            go.set()
            thread.join()
        self.assertEqual(self.trace(use)["fib"], 67)

    def test_code__that_is_made_and_freed_has_its_own_name(self):
        def use():
            for number in range(2000):
                names = {}
                exec(f"def made_{number % 7}(): return {number}", names)
                names[f"made_{number % 7}"]()
                del names
        found = self.trace(use)
        self.assertEqual({name: n for name, n in found.items() if name.startswith("made")},
                         {f"made_{i}": 286 if i < 5 else 285 for i in range(7)})

    def test_recursion__to_the_limit_is_the_programs_own_error(self):
        def deep(n):
            return deep(n + 1)

        def use():
            with contextlib.suppress(RecursionError):
                deep(0)
            fib(3)
        found = self.trace(use)
        self.assertEqual(found["fib"], 5)
        rows = ask(self.file, "SELECT depth FROM slice WHERE name GLOB 'fib*' ORDER BY ts LIMIT 1")
        self.assertEqual(rows, [{"depth": 1}])

    def test_mock__of_open_is_the_programs_own(self):
        def use():
            with unittest.mock.patch("builtins.open", unittest.mock.mock_open(read_data="x")):
                with open("nothing") as file:
                    return file.read()
        self.assertTrue(any(name.endswith("use") for name in self.trace(use)))

    def test_exceptions__that_pass_do_not_change(self):
        def use():
            with self.assertRaises(KeyError) as caught:
                fails()
            self.assertEqual(caught.exception.args, ("no",))
        self.trace(use, log_exception=True)
        found = ask(self.file, "SELECT name FROM event WHERE phase = 'i'")
        if hasattr(sys, "monitoring"):
            self.assertEqual([row["name"] for row in found].count("KeyError"), 1)


main()
