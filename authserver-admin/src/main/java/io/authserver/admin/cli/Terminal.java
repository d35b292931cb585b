package io.authserver.admin.cli;

import java.io.Console;
import org.jspecify.annotations.Nullable;

/** A person at a terminal. */
public interface Terminal {
  /**
   * Asks on standard error.
   *
   * @return the line, or null at the end of input
   */
  @Nullable String readLine(String prompt);

  /**
   * Asks without echo.
   *
   * @return what was typed, or null at the end of input
   */
  char @Nullable [] readPassword(String prompt);

  /** Returns the terminal of this process, or null where standard input is none. */
  @SuppressWarnings("SystemConsoleNull") // JDK 25 has the built-in console again (JDK-8351435)
  static @Nullable Terminal ofProcess() {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      return null;
    }
    return new Terminal() {
      @Override
      public @Nullable String readLine(String prompt) {
        return console.readLine("%s", prompt);
      }

      @Override
      public char @Nullable [] readPassword(String prompt) {
        return console.readPassword("%s", prompt);
      }
    };
  }
}
