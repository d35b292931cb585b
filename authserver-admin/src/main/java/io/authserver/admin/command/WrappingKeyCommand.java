package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.signing.WrappingKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver wrapping-key}. */
@Command(
    name = "wrapping-key",
    description = "The key under which private DKIM keys are stored in the database.",
    subcommands = WrappingKeyCommand.Create.class)
public final class WrappingKeyCommand {
  /** Made by picocli. */
  public WrappingKeyCommand() {}

  /** {@code authserver wrapping-key create}. */
  @Command(
      name = "create",
      description = "Make a wrapping key in a new file that only its owner can read.")
  static final class Create extends AdminCommand {
    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file to make.")
    private @Nullable Path positional;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        description = "The same as an option.")
    private @Nullable Path output;

    Create(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, UsageException {
      if ((positional == null) == (output == null)) {
        throw new UsageException("name one file to write the wrapping key to");
      }
      Path file = output == null ? positional : output;
      String id = WrappingKeys.createFile(Objects.requireNonNull(file));
      say("created wrapping key " + id + " in " + file);
      say(
          "Back it up, apart from the database: without it every private DKIM key in the database"
              + " is lost. Daemons and commands find it by AUTHSERVER_WRAPPING_KEY_FILE.");
    }
  }
}
