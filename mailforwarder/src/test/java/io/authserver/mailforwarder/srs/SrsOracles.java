package io.authserver.mailforwarder.srs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.Oracle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Implementations of SRS that are not ours: Debian's postsrsd, a daemon, and Mail::SRS, in Perl.
 */
final class SrsOracles {
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final int ANSWER_MILLIS = 10_000;

  private SrsOracles() {}

  /** postsrsd as a process of its own, with a connection to each of its look-up tables. */
  static final class Postsrsd implements AutoCloseable {
    private final Process process;
    private final Socket forward;
    private final Socket reverse;

    private Postsrsd(Process process, Socket forward, Socket reverse) {
      this.process = process;
      this.forward = forward;
      this.reverse = reverse;
    }

    static Postsrsd start(Path directory, String separator, String domain, String... secrets)
        throws IOException, InterruptedException {
      Path file = directory.resolve("postsrsd.secret");
      Files.writeString(file, String.join("\n", secrets) + "\n");
      // A port that is free may be taken before postsrsd has it: then once more.
      for (int attempt = 1; ; attempt++) {
        int[] ports = freePorts();
        Process process =
            new ProcessBuilder(
                    Oracle.program("postsrsd").toString(),
                    "-4",
                    "-l127.0.0.1",
                    "-f" + ports[0],
                    "-r" + ports[1],
                    "-s" + file,
                    "-d" + domain,
                    "-a" + separator,
                    "-t60")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("postsrsd.log").toFile())
                .start();
        Optional<Socket> forward = connect(process, ports[0]);
        Optional<Socket> reverse = forward.isEmpty() ? forward : connect(process, ports[1]);
        if (forward.isPresent() && reverse.isPresent()) {
          return new Postsrsd(process, forward.get(), reverse.get());
        }
        end(process);
        assertTrue(
            attempt < 5,
            () -> {
              try {
                return Files.readString(directory.resolve("postsrsd.log"));
              } catch (IOException e) {
                return "postsrsd does not start";
              }
            });
      }
    }

    private static int[] freePorts() throws IOException {
      InetAddress loopback = InetAddress.getLoopbackAddress();
      try (ServerSocket one = new ServerSocket(0, 1, loopback);
          ServerSocket two = new ServerSocket(0, 1, loopback)) {
        return new int[] {one.getLocalPort(), two.getLocalPort()};
      }
    }

    private static Optional<Socket> connect(Process process, int port)
        throws InterruptedException, IOException {
      long until = System.nanoTime() + LONGEST.toNanos();
      while (process.isAlive() && System.nanoTime() < until) {
        Socket socket = new Socket();
        try {
          socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
          socket.setSoTimeout(ANSWER_MILLIS);
          return Optional.of(socket);
        } catch (IOException e) {
          socket.close();
          // Not listening yet; a process that ended ends the wait.
          boolean _ = process.waitFor(20, TimeUnit.MILLISECONDS);
        }
      }
      return Optional.empty();
    }

    private static void end(Process process) throws InterruptedException {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }

    /** Returns what a sender becomes, or nothing where postsrsd refuses. */
    Optional<String> forward(String sender) throws IOException {
      return ask(forward, sender);
    }

    /** Returns the sender that was rewritten, or nothing where postsrsd refuses. */
    Optional<String> reverse(String address) throws IOException {
      return ask(reverse, address);
    }

    // Postfix's tcp_table(5): get SPACE key NEWLINE, 200 SPACE value or 5xx SPACE reason; both
    // %-encoded.
    private static Optional<String> ask(Socket table, String key) throws IOException {
      String encoded = URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
      table.getOutputStream().write(("get " + encoded + "\n").getBytes(StandardCharsets.US_ASCII));
      StringBuilder line = new StringBuilder();
      int b = table.getInputStream().read();
      while (b != '\n') {
        assertTrue(b >= 0, "postsrsd has closed the connection");
        line.append((char) b);
        b = table.getInputStream().read();
      }
      String answer = line.toString();
      return answer.startsWith("200 ")
          ? Optional.of(
              URLDecoder.decode(answer.substring(4).replace("+", "%2B"), StandardCharsets.UTF_8))
          : Optional.empty();
    }

    @Override
    public void close() throws IOException, InterruptedException {
      forward.close();
      reverse.close();
      end(process);
    }
  }

  /** Mail::SRS in one Perl process, with a clock of our own. */
  static final class MailSrs implements AutoCloseable {
    private static final String SCRIPT =
        """
        our $now = 0;
        BEGIN { *CORE::GLOBAL::time = sub () { $main::now } }
        use strict;
        use Mail::SRS;
        $| = 1;
        my @secrets = split /,/, shift @ARGV;
        my $separator = shift @ARGV;
        my $srs = Mail::SRS->new(Secret => \\@secrets, Separator => $separator, AlwaysRewrite => 1);
        while (my $line = <STDIN>) {
          chomp $line;
          my ($verb, $time, @rest) = split /\\t/, $line;
          $main::now = $time;
          my $result = eval { $verb eq 'forward' ? $srs->forward(@rest) : $srs->reverse(@rest) };
          print defined $result ? "$result\\n" : "\\n";
        }
        """;

    private final Process process;
    private final Writer in;
    private final BufferedReader out;

    private MailSrs(Process process) {
      this.process = process;
      this.in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
      this.out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static MailSrs start(Path directory, String separator, String... secrets) throws IOException {
      Path script = Files.writeString(directory.resolve("srs.pl"), SCRIPT);
      List<String> command =
          new ArrayList<>(List.of(Oracle.program("perl").toString(), script.toString()));
      command.addAll(List.of(String.join(",", secrets), separator));
      return new MailSrs(
          new ProcessBuilder(command).redirectError(directory.resolve("srs.log").toFile()).start());
    }

    /** Returns what a sender becomes in a domain, or nothing where Mail::SRS dies. */
    Optional<String> forward(long time, String sender, String domain) throws IOException {
      return ask("forward\t%d\t%s\t%s\n".formatted(time, sender, domain));
    }

    /** Returns the sender that was rewritten, or nothing where Mail::SRS dies. */
    Optional<String> reverse(long time, String address) throws IOException {
      return ask("reverse\t%d\t%s\n".formatted(time, address));
    }

    private Optional<String> ask(String question) throws IOException {
      in.write(question);
      in.flush();
      // The test's own time limit ends a wait for a Perl that hangs.
      String line = out.readLine();
      assertTrue(line != null, "Mail::SRS has ended");
      return line.isEmpty() ? Optional.empty() : Optional.of(line);
    }

    @Override
    public void close() throws IOException, InterruptedException {
      in.close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }
}
