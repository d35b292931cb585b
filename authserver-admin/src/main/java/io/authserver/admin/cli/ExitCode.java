package io.authserver.admin.cli;

/** The exit codes of the command line. */
public final class ExitCode {
  /** Done. */
  public static final int DONE = 0;

  /** Refused: not found, there already, against a rule, not confirmed. */
  public static final int REFUSED = 1;

  /** Wrong usage. */
  public static final int USAGE = 2;

  /** The database cannot be reached. */
  public static final int UNREACHABLE = 3;

  /** Done, and a person has something to do now: {@code dkim maintain} alone. */
  public static final int PERSON_NEEDED = 4;

  /** Done, and something was left out or is different here: {@code import} alone. */
  public static final int INCOMPLETE = 5;

  private ExitCode() {}
}
