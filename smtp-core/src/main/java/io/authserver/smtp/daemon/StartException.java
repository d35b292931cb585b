package io.authserver.smtp.daemon;

import java.io.IOException;
import java.util.List;

/** Why a program cannot start, in lines that tell the operator what to mend; never a secret. */
public final class StartException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;
  private final boolean wrongSettings;

  /** Names one problem. */
  public StartException(String problem) {
    this(List.of(problem));
  }

  /** Names several problems, each reported on a line of its own. */
  public StartException(List<String> problems) {
    this(problems, false);
  }

  private StartException(List<String> problems, boolean wrongSettings) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
    this.wrongSettings = wrongSettings;
  }

  /** Names problems that lie in the settings, or in the files that they name. */
  public static StartException wrongSettings(List<String> problems) {
    return new StartException(problems, true);
  }

  /** Returns whether the settings are to be mended. */
  public boolean isWrongSettings() {
    return wrongSettings;
  }

  /** Returns the problems, at least one. */
  public List<String> problems() {
    return problems;
  }
}
