package io.authserver.bench;

import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsReversal;
import io.authserver.mailforwarder.srs.SrsSecret;
import io.authserver.smtp.address.Mailbox;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Looks at what a forwarder sends on: a daemon like those that are measured, with a sink that keeps
 * what it gets.
 */
final class ForwardedCopies {
  private static final String SENDER_LINE = "X-Mail-Args: ";
  private static final String RECIPIENT_LINE = "X-Rcpt-Args: ";
  private static final String ALIAS_LINE = "Delivered-To: ";

  private final Site site;
  private final Source source;
  private final Srs srs;
  private final Path kept;
  private final Target target;

  /** Starts the daemon. */
  ForwardedCopies(Site site, String url, Daemons daemons, Source source, Path secret, Path folder)
      throws IOException, InterruptedException {
    this.site = site;
    this.source = source;
    this.srs = new Srs(List.of(SrsSecret.of(Files.readString(secret).strip())));
    this.kept = Files.createDirectory(folder.resolve("copies"));
    InetSocketAddress address = Ports.free();
    Target keeper = daemons.sink(List.of("-d", kept.resolve("message.").toString()));
    ForwardingSetUp.start(daemons, "copies", url, secret, address, keeper.address(), Ports.free());
    this.target =
        new Target(
            "copies",
            address,
            Envelope.toNumbered(site.numberedLists()),
            OptionalLong.empty(),
            Optional.empty(),
            Target.Proof.NONE);
  }

  /**
   * Sends messages to lists, and looks at each that comes out.
   *
   * @throws BenchFailure unless each went once to all members of its list, from an SRS address that
   *     leads back to the sender
   */
  void verify(int bytes, int messages) throws IOException, InterruptedException {
    source.send(new Load(bytes, 1, true), messages, target);
    Set<String> seen = new TreeSet<>();
    try (var files = Files.newDirectoryStream(kept)) {
      for (Path file : files) {
        String list = verify(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
        if (!seen.add(list)) {
          throw new BenchFailure("two messages for " + list);
        }
        Files.delete(file);
      }
    }
    if (seen.size() != messages) {
      throw new BenchFailure(messages + " messages, of which these came out: " + seen);
    }
  }

  private String verify(List<String> lines) throws BenchFailure {
    String sender = argument(value(lines, SENDER_LINE));
    Mailbox mailbox = Mailbox.parse(sender);
    if (!(srs.reverse(mailbox.localPart(), Instant.now())
            instanceof SrsReversal.Original(String user, String host))
        || !(user + "@" + host).equals(target.envelope().author())) {
      throw new BenchFailure("not an SRS address of the sender: " + sender);
    }
    String alias = value(lines, ALIAS_LINE);
    int number =
        IntStream.rangeClosed(1, site.lists() / 2)
            .filter(i -> site.numberedList(i).equals(alias))
            .findFirst()
            .orElseThrow(() -> new BenchFailure("not a list of ours: " + alias));
    List<String> recipients =
        lines.stream()
            .filter(line -> line.startsWith(RECIPIENT_LINE))
            .map(line -> argument(line.substring(RECIPIENT_LINE.length())))
            .toList();
    if (recipients.size() != Site.MEMBERS
        || !new HashSet<>(recipients).equals(new HashSet<>(site.membersOfNumbered(number)))) {
      throw new BenchFailure(alias + " went to " + recipients);
    }
    return alias;
  }

  private static String value(List<String> lines, String name) throws BenchFailure {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .orElseThrow(() -> new BenchFailure("no " + name.strip()))
        .substring(name.length());
  }

  /** Returns the address of an argument of MAIL or RCPT, without parameters. */
  private static String argument(String text) {
    return text.substring(text.indexOf('<') + 1, text.indexOf('>'));
  }
}
