package io.authserver.realservers;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One of our daemons under another process that holds its listening socket, as systemd does. */
final class HeldDaemon implements AutoCloseable {
  /** Holds a socket; SIGHUP ends the daemon and starts the next, SIGTERM ends it and all. */
  private static final String HOLDER =
      """
      use POSIX ':sys_wait_h';
      my $port = shift @ARGV;
      socket(S, PF_INET, SOCK_STREAM, 0) and setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1)
        and bind(S, sockaddr_in($port, INADDR_LOOPBACK)) and listen(S, 1024) or die;
      my ($child, $over);
      $SIG{HUP} = sub { kill TERM => $child };
      $SIG{TERM} = sub { $over = 1; kill TERM => $child };
      until ($over) {
        $child = fork();
        if ($child == 0) {
          open(STDIN, "<&S") or die;
          exec(@ARGV) or die;
        }
        my $ended = 0;
        until ($ended == $child) { $ended = waitpid($child, 0); }
      }
      """;

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private @Nullable Process process;

  HeldDaemon(JavaDaemon daemon, Map<String, String> environment, int port) {
    name = daemon.name();
    command = new ArrayList<>(List.of("/usr/bin/perl", "-MSocket", "-e", HOLDER, "" + port));
    command.addAll(daemon.command());
    this.environment = Map.copyOf(environment);
  }

  void start() throws IOException {
    int ready = ready();
    process = Place.start(name, Place.onSite(command), environment);
    awaitReady(ready);
  }

  private int ready() throws IOException {
    return Files.readString(Place.log(name)).split("event=ready ", -1).length;
  }

  private void awaitReady(int before) {
    Place.await(name + " is ready", RealSite.SOON, () -> ready() > before);
  }

  /** Tells the daemon to end in order; the next one takes its socket then. */
  int beginRestart() throws IOException, InterruptedException {
    int ready = ready();
    Process holder = Objects.requireNonNull(process);
    Place.run(List.of("kill", "-HUP", Long.toString(holder.pid())));
    return ready;
  }

  /** Waits for the next one, after what {@link #beginRestart} returned. */
  void awaitRestart(int ready) {
    awaitReady(ready);
  }

  @Override
  public void close() throws InterruptedException {
    Process holder = process;
    if (holder != null) {
      holder.destroy();
      Place.awaitEnd(name, holder);
    }
    process = null;
  }
}
