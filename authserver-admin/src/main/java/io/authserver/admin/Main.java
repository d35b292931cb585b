package io.authserver.admin;

import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.ExitCode;
import io.authserver.admin.cli.Terminal;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.daemon.Logging;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code authserver} command line. */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);
  private static final int HELP_WIDTH = 100;

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {
    Logging.quiet();
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = utf8(FileDescriptor.err);
    Context context =
        new Context(System.getenv(), System.in, out, err, Terminal.ofProcess(), Clock.systemUTC());
    int code = run(args, context);
    out.flush();
    if (out.checkError() && code == ExitCode.DONE) {
      err.println("authserver: standard output cannot be written");
      code = ExitCode.REFUSED;
    }
    System.exit(code);
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }

  /**
   * Runs one command within this process, without a terminal to ask at.
   *
   * @param environment the environment variables
   * @param out for data
   * @param err for messages
   * @return the exit code: 0 done, 1 refused, 2 wrong usage, 3 database unreachable, 4 a person has
   *     to publish a DNS record, 5 not all was imported
   */
  public static int run(
      String[] args,
      Map<String, String> environment,
      InputStream in,
      PrintStream out,
      PrintStream err) {
    return run(args, new Context(environment, in, out, err, null, Clock.systemUTC()));
  }

  /** Runs one command in a context, which is closed at its end. */
  static int run(String[] args, Context context) {
    CommandLine commandLine = commandLine(context, args);
    commandLine.setOut(writer(context.out()));
    commandLine.setErr(writer(context.err()));
    commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    commandLine.setUsageHelpWidth(HELP_WIDTH);
    commandLine.setExecutionExceptionHandler((failure, _, _) -> exitCode(failure, context.err()));
    commandLine.setParameterExceptionHandler((failure, _) -> usage(failure, context.err()));
    try (context) {
      return commandLine.execute(args);
    } catch (AuthDatabaseException e) {
      // What the command did is committed; only the farewell failed.
      return ExitCode.DONE;
    }
  }

  /** Makes the tree of commands, as far as the arguments need it. */
  static CommandLine commandLine(Context context, String... args) {
    CommandLine root = new CommandLine(new RootCommand(context), factory(context));
    RootCommand.nouns(args).forEach(root::addSubcommand);
    return root;
  }

  /** Makes commands with the context, and what else picocli wants as it would itself. */
  private static IFactory factory(Context context) {
    IFactory standard = CommandLine.defaultFactory();
    return new IFactory() {
      @Override
      public <K> K create(Class<K> type) throws Exception {
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
          Class<?>[] parameters = constructor.getParameterTypes();
          if (parameters.length == 1 && parameters[0] == Context.class) {
            constructor.setAccessible(true);
            return type.cast(constructor.newInstance(context));
          }
        }
        return standard.create(type);
      }
    };
  }

  private static int exitCode(Exception failure, PrintStream err) {
    return switch (failure) {
      case RefusedException refused -> tell(err, refused.getMessage(), ExitCode.REFUSED);
      case UsageException usage -> tell(err, usage.getMessage(), ExitCode.USAGE);
      case AuthDatabaseException database ->
          tell(
              err,
              database.getMessage(),
              isConnecting(database) ? ExitCode.UNREACHABLE : ExitCode.REFUSED);
      case IOException io -> tell(err, io.getMessage(), ExitCode.REFUSED);
      default -> {
        // A bug. The log has the trace, for who asks for it with AUTHSERVER_LOG_LEVEL.
        LOG.debug("event=internal_error", failure);
        yield tell(err, "internal error: " + failure.getClass().getName(), ExitCode.REFUSED);
      }
    };
  }

  /** Whether there is no connection to be had: no server, no such database, no login. */
  private static boolean isConnecting(AuthDatabaseException failure) {
    String state = failure.sqlState();
    return failure.isUnreachable()
        || (state != null && (state.startsWith("28") || state.equals("3D000")));
  }

  private static int tell(PrintStream err, @Nullable String message, int code) {
    String text = message == null ? "failed" : message;
    text.lines().forEach(line -> err.println("authserver: " + line));
    return code;
  }

  private static int usage(ParameterException failure, PrintStream err) {
    CommandLine command = failure.getCommandLine();
    tell(err, failure.getMessage(), ExitCode.USAGE);
    UnmatchedArgumentException.printSuggestions(failure, writer(err));
    err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE;
  }
}
