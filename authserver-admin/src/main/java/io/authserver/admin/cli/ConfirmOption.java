package io.authserver.admin.cli;

import io.authserver.db.admin.RefusedException;
import io.authserver.smtp.address.AsciiCase;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Asks before something is lost. */
public final class ConfirmOption {
  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask for confirmation.")
  private boolean yes;

  /** Made by picocli. */
  public ConfirmOption() {}

  /** Returns whether it is confirmed already. */
  public boolean isGiven() {
    return yes;
  }

  /**
   * Returns when it is confirmed.
   *
   * @param question what is about to happen, without a question mark
   * @throws RefusedException where the answer is no, or where nobody can be asked
   */
  public void require(Context context, String question) throws RefusedException {
    if (yes) {
      return;
    }
    Terminal terminal = context.terminal();
    if (terminal == null) {
      throw new RefusedException(
          question + ": not done, because there is no terminal to ask at; confirm with --yes");
    }
    @Nullable String answer = terminal.readLine(question + "? [y/N] ");
    String folded = answer == null ? "" : AsciiCase.lower(answer.strip());
    if (!folded.equals("y") && !folded.equals("yes")) {
      throw new RefusedException("not confirmed, nothing was changed");
    }
  }
}
