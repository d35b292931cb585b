package io.authserver.admin.cli;

import io.authserver.db.admin.RefusedException;
import java.io.IOException;
import java.util.concurrent.Callable;

/** A command that does something: its result is an exit code or an exception. */
public abstract class AdminCommand implements Callable<Integer> {
  private final Context context;
  private int exitCode = ExitCode.DONE;

  /** Makes the command. */
  protected AdminCommand(Context context) {
    this.context = context;
  }

  @Override
  public final Integer call() throws IOException, RefusedException, UsageException {
    run();
    return exitCode;
  }

  /**
   * Does it.
   *
   * @throws RefusedException exit code 1
   * @throws UsageException exit code 2
   * @throws IOException exit code 3 where it is the database, else 1
   */
  protected abstract void run() throws IOException, RefusedException, UsageException;

  /** Sets the code for a command that was done and has more to tell than that. */
  protected final void exitWith(int code) {
    exitCode = code;
  }

  /** Returns what the command works with. */
  protected final Context context() {
    return context;
  }

  /** Tells the person what was done, on standard error. */
  protected final void say(String sentence) {
    context.err().println(sentence);
  }
}
