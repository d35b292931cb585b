package io.authserver.bench;

import io.authserver.db.alias.Decision;
import io.authserver.db.alias.ResolutionStep;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A made-up site in the auth database: which rows it has, and by what names they are found.
 *
 * <p>User U has three aliases in the domain of that number (modulo the domains). A list's alias is
 * in the domain of its number likewise and stands for three addresses outside; the second half of
 * the lists is in the first domain, so that a load can number its recipients; of the first half
 * each tenth has two lists and an address outside as members. Each hundredth domain is redirected
 * to the one before it.
 *
 * @param domains at least 100
 * @param users each with three aliases
 * @param lists each with an alias and three members
 */
record Site(int domains, int users, int lists) {
  /** A million aliases. */
  static final Site MILLION = new Site(10_000, 300_000, 100_000);

  /** Just enough that every kind of look-up is there. */
  static final Site SMALL = new Site(100, 300, 200);

  /** Members of a list. */
  static final int MEMBERS = 3;

  private static final int REDIRECTED = 100;
  private static final int NESTED = 10;

  /** One kind of look-up. */
  enum Kind {
    USER("user", 1, Decision.USER),
    EXTENSION("user with an extension", 1, Decision.USER),
    LIST("list of three addresses outside", 4, Decision.LIST),
    NESTED("list of two lists of three and an address outside", 10, Decision.LIST),
    REDIRECT("user by the redirect of the domain", 2, Decision.REDIRECT),
    UNKNOWN("nobody, in a domain of ours", 1, Decision.UNKNOWN),
    FOREIGN("domain of somebody else", 1, Decision.FOREIGN);

    private final String text;
    private final int steps;
    private final Decision first;

    Kind(String text, int steps, Decision first) {
      this.text = text;
      this.steps = steps;
      this.first = first;
    }

    /**
     * Returns whether this is the answer about an address of this kind.
     *
     * @param found how many steps it has, those of a list's members included
     */
    boolean isAnswer(List<ResolutionStep> route, int found) {
      return found == steps && route.getFirst().decision() == first;
    }

    /** Returns its name in the report. */
    @Override
    public String toString() {
      return text;
    }
  }

  int aliases() {
    return 3 * users + lists;
  }

  /** Returns the statements that make all rows, for an empty database. */
  List<String> statements() {
    return List.of(
        """
        INSERT INTO authserver.domain (name, redirect_to)
        SELECT 'd' || i || '.example', CASE WHEN i %% %d = 0 THEN 'd' || i - 1 || '.example' END
        FROM generate_series(1, %d) i
        """
            .formatted(REDIRECTED, domains),
        """
        INSERT INTO authserver.mail_user (id, identifier)
        SELECT md5('user' || i)::uuid, 'user' || i FROM generate_series(1, %d) i
        """
            .formatted(users),
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, user_id)
        SELECT d.id, p.name || i, md5('user' || i)::uuid
        FROM generate_series(1, %d) i
        JOIN authserver.domain d ON d.name = 'd' || 1 + i %% %d || '.example'
        CROSS JOIN unnest(ARRAY['user', 'first.last.', 'u']) WITH ORDINALITY AS p (name, place)
        ORDER BY i, p.place
        """
            .formatted(users, domains),
        """
        UPDATE authserver.mail_user u SET delivery_mailbox_id = a.id
        FROM authserver.email_alias a WHERE a.user_id = u.id AND a.local_part = u.identifier
        """,
        """
        INSERT INTO authserver.mailing_list (name) SELECT 'list ' || i FROM generate_series(1, %d) i
        """
            .formatted(lists),
        """
        INSERT INTO authserver.email_alias (domain_id, local_part, list_id)
        SELECT d.id, p.local_part, l.id
        FROM generate_series(1, %1$d) i
        CROSS JOIN LATERAL (
            SELECT CASE WHEN i > %2$d THEN i - %2$d || 'list' ELSE 'list' || i END AS local_part,
                   CASE WHEN i > %2$d THEN 1 ELSE 1 + i %% %3$d END AS domain) p
        JOIN authserver.domain d ON d.name = 'd' || p.domain || '.example'
        JOIN authserver.mailing_list l ON l.name = 'list ' || i
        """
            .formatted(lists, lists / 2, domains),
        """
        INSERT INTO authserver.mailing_list_address (list_id, address)
        SELECT l.id, CASE
            WHEN i <= %2$d AND i %% %4$d = 0 AND m < 3
                THEN 'list' || i - m || '@d' || 1 + (i - m) %% %3$d || '.example'
            ELSE 'reader' || m || '.' || i || '@remote' || i %% 1000 || '.example' END
        FROM generate_series(1, %1$d) i
        CROSS JOIN generate_series(1, %5$d) m
        JOIN authserver.mailing_list l ON l.name = 'list ' || i
        ORDER BY i, m
        """
            .formatted(lists, lists / 2, domains, NESTED, MEMBERS),
        "VACUUM ANALYZE");
  }

  /** Returns the alias of a list in the first domain, from 1 to half the lists. */
  String numberedList(int number) {
    return number + numberedLists();
  }

  /** Returns what the aliases of the lists in the first domain have in common, after a number. */
  String numberedLists() {
    return "list@d1.example";
  }

  /** Returns the members of a list in the first domain. */
  List<String> membersOfNumbered(int number) {
    int list = number + lists / 2;
    return IntStream.rangeClosed(1, MEMBERS)
        .mapToObj(m -> "reader" + m + "." + list + "@remote" + list % 1000 + ".example")
        .toList();
  }

  /**
   * Returns an address of a kind.
   *
   * @param seed any number that is not negative; a few of them may give the same address
   */
  String address(Kind kind, int seed) {
    return switch (kind) {
      case USER -> user(1 + seed % users);
      case EXTENSION -> user(1 + seed % users).replace("@", "+news-2026@");
      case LIST -> {
        int list = 1 + seed % (lists / 2);
        yield spread("list", list % NESTED == 0 ? list - 1 : list);
      }
      case NESTED -> spread("list", NESTED * (1 + seed % (lists / 2 / NESTED)));
      case REDIRECT -> {
        // The domain of this user is the one before a redirected one.
        int domain = REDIRECTED * (1 + seed % (domains / REDIRECTED));
        int user = domain - 2 + domains * (seed % (users / domains));
        yield "user" + user + "@d" + domain + ".example";
      }
      case UNKNOWN -> {
        int domain = 1 + REDIRECTED * (seed % (domains / REDIRECTED));
        yield "nobody" + seed + "@d" + domain + ".example";
      }
      case FOREIGN -> "somebody" + seed + "@remote" + seed % 1000 + ".example";
    };
  }

  private String user(int number) {
    return spread("user", number);
  }

  private String spread(String name, int number) {
    return name + number + "@d" + (1 + number % domains) + ".example";
  }
}
