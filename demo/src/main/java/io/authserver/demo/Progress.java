package io.authserver.demo;

import java.io.PrintStream;
import java.util.Locale;

/** Tells what happens, with the seconds since the beginning. */
final class Progress {
  private final PrintStream out;
  private final long begun = System.nanoTime();

  Progress(PrintStream out) {
    this.out = out;
  }

  void step(String what) {
    out.println(String.format(Locale.ROOT, "[%5.1f s] %s", seconds(), what));
  }

  /** Tells more about the last step. */
  void detail(String what) {
    out.println("          " + what);
  }

  double seconds() {
    return (System.nanoTime() - begun) / 1e9;
  }

  PrintStream out() {
    return out;
  }
}
