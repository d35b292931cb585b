package io.authserver.db.alias;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.testing.TestDatabase;
import io.authserver.smtp.message.MemoryBudget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random graphs of lists, redirects, blocked and foreign addresses, in domains with each delimiter,
 * against a second, slow reading of the same rules: the same members with the same decisions, found
 * through a list that names them, each list once.
 */
final class ExpansionFuzzIT {
  private static final int GRAPHS = 60;

  /** Of every alias what it is: {@code user}, {@code reject}, or the name of a list. */
  private final Map<String, String> aliases = new LinkedHashMap<>();

  private final Map<String, String> redirects = new LinkedHashMap<>();
  private final Map<String, List<String>> lists = new LinkedHashMap<>();
  private final Set<String> sleeping = new LinkedHashSet<>();
  private final Map<String, Delimiter> delimiters = new LinkedHashMap<>();

  /** Lists that take extensions, and those that have an owner. */
  private final Set<String> extended = new LinkedHashSet<>();

  private final Set<String> owned = new LinkedHashSet<>();

  @Test
  void theDatabaseReadsRandomGraphsAsASlowReaderDoes() throws Exception {
    int members = 0;
    int circles = 0;
    int alongside = 0;
    try (TestDatabase database = TestDatabase.create()) {
      MemoryBudget budget = new MemoryBudget(4 << 20);
      JdbcResolutionStore store =
          new JdbcResolutionStore(database.open(database.forwarderUrl()), budget);
      for (int seed = 0; seed < GRAPHS; seed++) {
        build(new SplittableRandom(seed));
        write(database);
        for (String list : lists.keySet()) {
          String address = list + "@d0.example";
          List<Expansion> brought = new ArrayList<>();
          ResolutionStep step = store.route(List.of(address), brought::add).get(address).getFirst();
          if (step.decision() != Decision.LIST) {
            continue;
          }
          Expansion expansion = store.expand(step.listId());
          String why = "seed " + seed + " " + list + " of " + this;
          for (Expansion small : brought) {
            assertEquals(steps(expansion), steps(small), why);
            alongside++;
          }
          Map<String, String> expected = read(list);
          Map<String, String> found = new HashMap<>();
          for (Expansion.Member member : expansion.members()) {
            String before = found.put(member.finalAddress(), member.decision().toString());
            assertEquals(null, before, "twice: " + member + why);
          }
          circles += found.values().removeIf("CIRCLE"::equals) ? 1 : 0;
          assertEquals(expected, found, why);
          members += found.size();
          List<Long> expanded =
              expansion.nodes().stream()
                  .filter(node -> node.step().decision() == Decision.LIST)
                  .map(node -> node.step().listId())
                  .toList();
          assertEquals(expanded.size(), Set.copyOf(expanded).size(), "a list twice, " + why);
          assertTrue(!expanded.contains(step.listId()), "itself, " + why);
          assertEquals(0, budget.used(), why);
        }
      }
    }
    assertTrue(members > GRAPHS * 10 && circles > GRAPHS / 10, members + " and " + circles);
    assertTrue(alongside > GRAPHS, alongside + " came along with a route");
  }

  /** Few members are looked up in another way than many. */
  private static List<String> steps(Expansion expansion) {
    List<String> steps = new ArrayList<>();
    expansion.nodes().forEach(node -> steps.add(node.number() + " " + node.step()));
    for (Expansion.Member member : expansion.members()) {
      Expansion.Node above = member.above();
      steps.add(
          (above == null ? 0 : above.number())
              + " "
              + member.number()
              + " "
              + member.decision()
              + " "
              + member.address()
              + " "
              + member.alias()
              + " "
              + member.ours()
              + " "
              + member.blockAction()
              + " "
              + member.listName());
    }
    return steps;
  }

  private void build(SplittableRandom random) {
    aliases.clear();
    redirects.clear();
    lists.clear();
    sleeping.clear();
    delimiters.clear();
    extended.clear();
    owned.clear();
    redirects.put("r0.example", "d0.example");
    redirects.put("r1.example", "r0.example");
    redirects.put("r2.example", random.nextBoolean() ? "r3.example" : "out.example");
    redirects.put("r3.example", "r2.example");
    for (int i = 0; i < 7; i++) {
      lists.put("l" + i, new ArrayList<>());
      aliases.put("l" + i + "@d0.example", "l" + i);
      if (random.nextInt(8) == 0) {
        sleeping.add("l" + i);
      }
      if (random.nextInt(3) > 0) {
        extended.add("l" + i);
      }
      if (random.nextInt(3) > 0) {
        owned.add("l" + i);
      }
    }
    delimiters.put("d0.example", Delimiter.BOTH);
    for (String domain : redirects.keySet()) {
      delimiters.put(domain, List.of(Delimiter.values()).get(random.nextInt(4)));
    }
    if (random.nextInt(3) == 0) {
      delimiters.put("d0.example", List.of(Delimiter.values()).get(random.nextInt(4)));
    }
    for (int i = 0; i < 4; i++) {
      aliases.put("u" + i + "@d0.example", "user");
    }
    aliases.put("bad@d0.example", "reject");
    aliases.put("l1@r0.example", "l" + random.nextInt(7));
    aliases.put("l2-bounces@d0.example", "user");
    aliases.put("l3-x0@d0.example", "l" + random.nextInt(7));
    for (List<String> members : lists.values()) {
      int count = random.nextInt(9);
      Set<String> folded = new LinkedHashSet<>();
      for (int i = 0; i < count; i++) {
        String member = member(random);
        if (folded.add(lower(member))) {
          members.add(member);
        }
      }
    }
  }

  private static String member(SplittableRandom random) {
    String extension =
        switch (random.nextInt(8)) {
          case 0 -> "+x" + random.nextInt(2);
          case 1 -> "-x" + random.nextInt(2);
          case 2 -> "-x0+x" + random.nextInt(2);
          case 3 ->
              List.of("-owner", "-Request", "-bounces", "-bounces+x-y").get(random.nextInt(4));
          default -> "";
        };
    String domain = "@" + List.of("d0", "r0", "r1", "r2").get(random.nextInt(4)) + ".example";
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> "l" + random.nextInt(7) + extension + domain;
      case 3 -> "U" + random.nextInt(4) + extension + domain;
      case 4 -> "u" + random.nextInt(5) + extension + domain;
      case 5 -> "bad" + extension + domain;
      case 6 -> "Some" + random.nextInt(3) + "@out.example";
      default -> "some" + random.nextInt(3) + "@out.example";
    };
  }

  private void write(TestDatabase database) {
    List<String> statements = new ArrayList<>();
    statements.add(
        "TRUNCATE authserver.email_alias, authserver.mailing_list_address, authserver.mailing_list,"
            + " authserver.mail_user, authserver.domain CASCADE");
    delimiters.forEach(
        (domain, delimiter) ->
            statements.add(
                "INSERT INTO authserver.domain (name, delimiter) VALUES ('%s', '%s')"
                    .formatted(domain, delimiter.word())));
    redirects.forEach(
        (from, to) ->
            statements.add(
                "UPDATE authserver.domain SET redirect_to = '%2$s' WHERE name = '%1$s'"
                    .formatted(from, to)));
    statements.add("INSERT INTO authserver.mail_user (identifier) VALUES ('user')");
    lists
        .keySet()
        .forEach(
            list ->
                statements.add(
                    "INSERT INTO authserver.mailing_list (name, active, extensions, owner_id)"
                        + " SELECT '%s', %s, %s, CASE WHEN %s THEN id END FROM authserver.mail_user"
                            .formatted(
                                list,
                                !sleeping.contains(list),
                                extended.contains(list),
                                owned.contains(list))));
    aliases.forEach(
        (address, what) ->
            statements.add(
                """
                INSERT INTO authserver.email_alias (domain_id, local_part, user_id, list_id, blocked)
                SELECT d.id, split_part('%1$s', '@', 1), u.id, l.id, CASE WHEN '%2$s' = 'reject' THEN 'reject' END
                FROM authserver.domain d
                LEFT JOIN authserver.mail_user u ON u.identifier = '%2$s'
                LEFT JOIN authserver.mailing_list l ON l.name = '%2$s'
                WHERE d.name = split_part('%1$s', '@', 2)
                """
                    .formatted(address, what)));
    statements.add(
        "UPDATE authserver.mail_user SET delivery_mailbox_id = (SELECT id FROM"
            + " authserver.email_alias WHERE local_part = 'u0')");
    lists.forEach(
        (list, members) ->
            members.forEach(
                member ->
                    statements.add(
                        "INSERT INTO authserver.mailing_list_address (list_id, address)"
                            + " SELECT id, '%s' FROM authserver.mailing_list WHERE name = '%s'"
                                .formatted(member, list))));
    database.execute(statements.toArray(String[]::new));
  }

  /** Everybody who can be reached from a list, by final address, with the decision. */
  private Map<String, String> read(String start) {
    Map<String, String> found = new HashMap<>();
    Set<String> seen = new LinkedHashSet<>(Set.of(start));
    Deque<String> waiting = new ArrayDeque<>(seen);
    while (!waiting.isEmpty()) {
      for (String member : lists.get(waiting.remove())) {
        String address = member;
        String what = null;
        Set<String> followed = new LinkedHashSet<>();
        while (what == null) {
          what = lookUp(address);
          if (what == null && !followed.add(lower(address))) {
            what = "CIRCLE";
          } else if (what == null && isOwners(address)) {
            address = "u0@d0.example";
          } else if (what == null) {
            int at = address.indexOf('@');
            address = address.substring(0, at + 1) + redirects.get(address.substring(at + 1));
          }
        }
        if (lists.containsKey(what) && !sleeping.contains(what)) {
          if (seen.add(what)) {
            waiting.add(what);
          }
        } else if (!what.equals("CIRCLE")) {
          String decision = lists.containsKey(what) ? "INACTIVE" : what;
          found.putIfAbsent(what.equals("FOREIGN") ? address : lower(address), decision);
        }
      }
    }
    return found;
  }

  /** Returns the name of a list, a decision, or null for a redirect. */
  private String lookUp(String address) {
    int at = address.indexOf('@');
    String domain = address.substring(at + 1);
    if (!domain.equals("d0.example") && !redirects.containsKey(domain)) {
      return "FOREIGN";
    }
    String local = lower(address.substring(0, at));
    String what = aliases.get(local + "@" + domain);
    String list = what == null ? listOfOwners(local, domain) : null;
    if (list != null) {
      if (aliases.containsKey(list + "-bounces@" + domain)
          && !local.matches(".*-(owner|request)")) {
        what = aliases.get(list + "-bounces@" + domain);
      } else if (owned.contains(aliases.get(list + "@" + domain))) {
        return null;
      }
    } else if (what == null) {
      what = extended(local, domain);
    }
    if (what == null) {
      return redirects.containsKey(domain) ? null : "UNKNOWN";
    }
    return switch (what) {
      case "user" -> "USER";
      case "reject" -> "BLOCKED";
      default -> what;
    };
  }

  /** Returns what the longest prefix before a delimiter is, if that takes extensions. */
  private String extended(String local, String domain) {
    Delimiter delimiter = delimiters.get(domain);
    for (int end = local.length() - 1; end > 0; end--) {
      boolean cut =
          switch (local.charAt(end)) {
            case '+' -> delimiter == Delimiter.PLUS || delimiter == Delimiter.BOTH;
            case '-' -> delimiter == Delimiter.DASH || delimiter == Delimiter.BOTH;
            default -> false;
          };
      String what = cut ? aliases.get(local.substring(0, end) + "@" + domain) : null;
      if (what != null) {
        return lists.containsKey(what) && !extended.contains(what) ? null : what;
      }
    }
    return null;
  }

  /** Returns the local part of the list that such an address is about, or null. */
  private String listOfOwners(String local, String domain) {
    for (String tail : List.of("-owner", "-request", "-bounces", "-bounces+x-y")) {
      String what =
          local.endsWith(tail)
              ? aliases.get(local.substring(0, local.length() - tail.length()) + "@" + domain)
              : null;
      if (lists.containsKey(what) && !sleeping.contains(what)) {
        return local.substring(0, local.length() - tail.length());
      }
    }
    return null;
  }

  /** Returns whether a redirect is one to the owner of a list. */
  private boolean isOwners(String address) {
    int at = address.indexOf('@');
    String list = listOfOwners(lower(address.substring(0, at)), address.substring(at + 1));
    return list != null && owned.contains(aliases.get(list + address.substring(at)));
  }

  private static String lower(String ascii) {
    return ascii.toLowerCase(java.util.Locale.ROOT);
  }

  @Override
  public String toString() {
    return aliases
        + (" " + lists + " sleeping " + sleeping + " redirects " + redirects + " " + delimiters)
        + (" extended " + extended + " owned " + owned);
  }
}
