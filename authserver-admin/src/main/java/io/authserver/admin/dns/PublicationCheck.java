package io.authserver.admin.dns;

import io.authserver.admin.dns.RecordCheck.ServerAnswer;
import io.authserver.admin.dns.ZoneFinder.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Asks DNS whether keys' records are published.
 *
 * <p>CNAME and DNAME are followed to the zone that holds the TXT record, and every address of every
 * name server of each zone on the way is asked, without recursion and past every cache. The record
 * is published where at least one server has it and no server says otherwise; one that does not
 * answer is reported. With a resolver, that one alone is asked.
 */
public final class PublicationCheck {
  static final int MAX_ALIASES = 8;
  private static final int MAX_CHECKS_AT_A_TIME = 16;

  private final DnsQueries queries;
  private final ZoneFinder zones;
  private final @Nullable Resolver resolver;

  /**
   * Makes a check.
   *
   * @param resolver the only server to ask, or null for the zones' name servers
   */
  public PublicationCheck(DnsAccess access, @Nullable Resolver resolver) {
    this.queries = new DnsQueries(access);
    this.zones = new ZoneFinder(queries);
    this.resolver = resolver;
  }

  /** Who answered what. */
  private record Reply(Server server, Answer answer) {}

  /** Looks records up, several at a time, and returns what was found in the same order. */
  public List<RecordCheck> checkAll(List<KeyRecord> records) throws IOException {
    Semaphore permits = new Semaphore(MAX_CHECKS_AT_A_TIME);
    List<Callable<RecordCheck>> tasks = new ArrayList<>(records.size());
    for (KeyRecord record : records) {
      tasks.add(
          () -> {
            permits.acquireUninterruptibly();
            try {
              return check(record);
            } finally {
              permits.release();
            }
          });
    }
    return DnsQueries.together(tasks);
  }

  /** Looks a record up. */
  public RecordCheck check(KeyRecord record) {
    List<String> aliases = new ArrayList<>();
    Set<String> silent = new LinkedHashSet<>();
    List<Reply> replies = List.of();
    Publication verdict;
    try {
      Name name = Name.fromString(record.name(), Name.root);
      while (true) {
        replies = ask(name);
        replies.stream().filter(PublicationCheck::isSilent).forEach(r -> silent.add(sentence(r)));
        Optional<Name> target = commonAlias(replies);
        if (target.isEmpty()) {
          verdict = judge(record, replies);
          break;
        }
        name = target.get();
        if (aliases.size() == MAX_ALIASES) {
          verdict = new Publication.Unchecked("more than " + MAX_ALIASES + " aliases, or a circle");
          break;
        }
        aliases.add(name.toString(true));
      }
    } catch (TextParseException e) {
      verdict = new Publication.Unchecked("the record's name is too long for DNS");
    } catch (UnknownHostException e) {
      verdict = new Publication.Unchecked("the name server has no address");
    } catch (IOException e) {
      verdict = new Publication.Unchecked(String.valueOf(e.getMessage()));
    }
    return new RecordCheck(
        record,
        verdict,
        List.copyOf(aliases),
        replies.stream()
            .map(reply -> new ServerAnswer(reply.server().label(), said(record, reply.answer())))
            .toList(),
        List.copyOf(silent),
        verdict instanceof Publication.Published
            && replies.stream().anyMatch(reply -> isTesting(reply.answer())));
  }

  private List<Reply> ask(Name name) throws IOException {
    Resolver only = resolver;
    if (only != null) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getByName(only.host()), only.port());
      Server server =
          new Server(Name.fromString(only.host() + ".", Name.root), Optional.of(address));
      return List.of(new Reply(server, ask(address, name, true)));
    }
    List<Callable<Reply>> tasks = new ArrayList<>();
    for (Server server : zones.find(name).servers()) {
      tasks.add(
          () ->
              new Reply(
                  server,
                  server.address().isEmpty()
                      ? new Answer.Silent("has no address")
                      : ask(server.address().get(), name, false)));
    }
    return DnsQueries.together(tasks);
  }

  private Answer ask(InetSocketAddress server, Name name, boolean recursive) {
    try {
      return Answer.read(queries.ask(server, name, Type.TXT, recursive), name, !recursive);
    } catch (IOException e) {
      return new Answer.Silent("did not answer");
    }
  }

  /** Returns the alias that all servers have that answer, if they do. */
  private static Optional<Name> commonAlias(List<Reply> replies) {
    Set<Answer> answers =
        replies.stream()
            .filter(reply -> !isSilent(reply))
            .map(Reply::answer)
            .collect(Collectors.toSet());
    return answers.size() == 1 && answers.iterator().next() instanceof Answer.Alias(Name target)
        ? Optional.of(target)
        : Optional.empty();
  }

  /** Judges what no common alias leads away from. */
  private static Publication judge(KeyRecord record, List<Reply> replies) {
    List<Reply> answering = replies.stream().filter(reply -> !isSilent(reply)).toList();
    if (answering.isEmpty()) {
      return new Publication.Unchecked(
          replies.stream().map(PublicationCheck::sentence).collect(Collectors.joining(", ")));
    }
    Set<Publication> verdicts =
        answering.stream()
            .map(reply -> judge(record, reply.answer()))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (verdicts.size() == 1) {
      return verdicts.iterator().next();
    }
    return new Publication.Different(
        "is not the same at every name server: "
            + answering.stream()
                .map(reply -> reply.server().label() + " " + said(record, reply.answer()))
                .collect(Collectors.joining(", ")));
  }

  private static Publication judge(KeyRecord record, Answer answer) {
    return switch (answer) {
      case Answer.Texts(List<String> texts) -> RecordMatcher.compare(record.value(), texts);
      case Answer.None _ -> new Publication.Missing();
      case Answer.Alias(Name target) -> new Publication.Different("is an alias of " + target);
      case Answer.Silent(String why) -> new Publication.Unchecked(why);
    };
  }

  private static String said(KeyRecord record, Answer answer) {
    return switch (judge(record, answer)) {
      case Publication.Published _ -> "has the key";
      case Publication.Missing _ -> "has no record";
      case Publication.Revoked _ -> "has a record that revokes the key";
      case Publication.Different(String why) -> "has a record that " + why;
      case Publication.Unchecked(String why) -> why;
    };
  }

  private static boolean isTesting(Answer answer) {
    return answer instanceof Answer.Texts(List<String> texts) && RecordMatcher.isTesting(texts);
  }

  private static boolean isSilent(Reply reply) {
    return reply.answer() instanceof Answer.Silent;
  }

  private static String sentence(Reply reply) {
    return reply.server().label()
        + " "
        + (reply.answer() instanceof Answer.Silent(String why) ? why : "answered");
  }
}
