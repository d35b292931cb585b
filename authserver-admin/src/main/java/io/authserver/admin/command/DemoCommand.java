package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import picocli.CommandLine.Command;

/**
 * {@code authserver demo}, which is another program: {@code bin/authserver} starts it before this
 * one is asked. Here it is listed in the help.
 */
@Command(
    name = "demo",
    description = "Run everything once on this machine with a database of its own.")
public final class DemoCommand extends AdminCommand {
  DemoCommand(Context context) {
    super(context);
  }

  @Override
  protected void run() throws UsageException {
    throw new UsageException("the demonstration is started by bin/authserver demo");
  }
}
