package io.authserver.demo;

/** Words for /bin/sh. */
final class Shell {
  private Shell() {}

  /** Returns a word that the shell reads as this text. */
  static String quote(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
