package io.authserver.admin;

import io.authserver.admin.cli.Context;
import io.authserver.admin.command.DbCommand;
import io.authserver.admin.command.DemoCommand;
import io.authserver.admin.command.DkimCommand;
import io.authserver.admin.command.DoctorCommand;
import io.authserver.admin.command.DomainCommand;
import io.authserver.admin.command.EmailAliasCommand;
import io.authserver.admin.command.ExplainCommand;
import io.authserver.admin.command.GroupCommand;
import io.authserver.admin.command.ImportCommand;
import io.authserver.admin.command.MailingListCommand;
import io.authserver.admin.command.PermissionCommand;
import io.authserver.admin.command.ServiceUserCommand;
import io.authserver.admin.command.SiteCommand;
import io.authserver.admin.command.SpapiCommand;
import io.authserver.admin.command.SrsCommand;
import io.authserver.admin.command.SrsSecretCommand;
import io.authserver.admin.command.UserCommand;
import io.authserver.admin.command.WrappingKeyCommand;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code authserver}: the noun, and the options that every command takes. */
@Command(
    name = "authserver",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Administers the auth database of dkimsigner and mailforwarder.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:refused: not found, there already, against a rule, not confirmed",
      "2:wrong usage",
      "3:the database cannot be reached",
      "4:done, and a person has to publish a DNS record (dkim maintain)",
      "5:done, and something was left out (import)"
    })
final class RootCommand {
  private static final List<Class<?>> NOUNS =
      List.of(
          DomainCommand.class,
          DkimCommand.class,
          UserCommand.class,
          ServiceUserCommand.class,
          PermissionCommand.class,
          GroupCommand.class,
          EmailAliasCommand.class,
          MailingListCommand.class,
          SiteCommand.class,
          DbCommand.class,
          SpapiCommand.class,
          WrappingKeyCommand.class,
          SrsCommand.class,
          SrsSecretCommand.class,
          ExplainCommand.class,
          DoctorCommand.class,
          ImportCommand.class,
          DemoCommand.class);

  private final Context context;

  @Spec private CommandSpec spec = CommandSpec.create();

  RootCommand(Context context) {
    this.context = context;
  }

  /**
   * Returns the commands below this one that a command line needs: the noun that it begins with,
   * else all, for the help and for what to say about a word that is none. To read the annotations
   * of all takes longer than most commands do.
   */
  static List<Class<?>> nouns(String... args) {
    for (Class<?> noun : NOUNS) {
      if (args.length > 0 && noun.getAnnotation(Command.class).name().equals(args[0])) {
        return List.of(noun);
      }
    }
    return NOUNS;
  }

  @Option(
      names = "--env-dir",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Read environment variables from the files of a folder, one a file.")
  void setEnvDir(String directory) {
    context.addFlag("--env-dir", directory);
  }

  @Option(
      names = "--database-url",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description =
          "The auth database, without a password, which every user of this machine could read"
              + " (default: DATABASE_URL, or the file that DATABASE_URL_FILE names).")
  void setDatabaseUrl(String url) {
    context.addFlag("--database-url", url);
  }

  @Option(
      names = "--wrapping-key-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "The wrapping key (default: AUTHSERVER_WRAPPING_KEY_FILE).")
  void setWrappingKeyFile(String file) {
    context.addFlag("--wrapping-key-file", file);
  }

  /** mailforwarder takes it with a warning; here a habit of that must not end in an echo of it. */
  @SuppressWarnings("DoNotCallSuggester") // picocli calls it
  @Option(names = "--srs-secret", hidden = true, scope = ScopeType.INHERIT)
  void refuseSrsSecret(String secret) {
    throw new ParameterException(
        spec.commandLine(),
        "--srs-secret: a secret is not accepted on the command line, use"
            + " MAILFORWARDER_SRS_SECRET_FILE or a systemd credential");
  }
}
