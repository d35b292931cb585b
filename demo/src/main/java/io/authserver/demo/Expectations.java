package io.authserver.demo;

import java.util.ArrayList;
import java.util.List;

/** Counts what was expected and remembers what did not hold. One thread. */
final class Expectations {
  private int checked;
  private final List<Failure> failures = new ArrayList<>();

  /**
   * An expectation that did not hold.
   *
   * @param where the message it is about
   * @param what what was looked at
   * @param expected what it should have been
   * @param got what it was
   */
  record Failure(String where, String what, String expected, String got) {
    @Override
    public String toString() {
      return where + ": " + what + "\n    expected  " + expected + "\n    got       " + got;
    }
  }

  /** Checks that a condition holds; returns it. */
  boolean check(boolean held, String where, String what, Object expected, Object got) {
    checked++;
    if (!held) {
      failures.add(new Failure(where, what, String.valueOf(expected), String.valueOf(got)));
    }
    return held;
  }

  /** Checks that two values are equal. */
  boolean equal(String where, String what, Object expected, Object got) {
    return check(expected.equals(got), where, what, expected, got);
  }

  int checked() {
    return checked;
  }

  List<Failure> failures() {
    return List.copyOf(failures);
  }

  boolean allHeld() {
    return failures.isEmpty();
  }
}
