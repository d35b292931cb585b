package io.authserver.smtp.daemon;

import java.io.IOException;
import java.util.List;

/** Why a program cannot start, in lines that tell the operator what to mend; never a secret. */
public final class StartException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /** Names one problem. */
  public StartException(String problem) {
    this(List.of(problem));
  }

  /** Names several problems, each reported on a line of its own. */
  public StartException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** Returns the problems, at least one. */
  public List<String> problems() {
    return problems;
  }
}
