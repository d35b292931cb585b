package io.authserver.mailforwarder;

import io.authserver.db.author.AuthorAnswer;
import io.authserver.db.author.AuthorPolicy;
import io.authserver.db.author.AuthorPolicy.MustMatch;
import io.authserver.db.author.AuthorQuestion;
import io.authserver.db.author.AuthorStore;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.message.OriginMark.Author;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Domains that demand something in memory: an address in a domain has who sends from that domain,
 * and an address has who sends from it.
 */
public final class FakeAuthors implements AuthorStore {
  private final Map<String, AuthorPolicy> policies = new HashMap<>();
  private final List<List<AuthorQuestion>> calls = new ArrayList<>();
  private boolean down;

  public FakeAuthors domain(String name, String mustMatch, String mismatch) {
    policies.put(name, AuthorPolicy.of(mustMatch, mismatch));
    return this;
  }

  /** Lets every question fail, or no longer. */
  public void down(boolean away) {
    down = away;
  }

  /** Returns what was asked, a list for each call. */
  public List<List<AuthorQuestion>> calls() {
    return calls;
  }

  @Override
  public Map<AuthorQuestion, AuthorAnswer> judge(Collection<AuthorQuestion> questions)
      throws AuthDatabaseException {
    calls.add(List.copyOf(questions));
    if (down) {
      throw AuthDatabaseException.unreachable("away", null);
    }
    Map<AuthorQuestion, AuthorAnswer> answers = new HashMap<>();
    questions.forEach(question -> answers.put(question, answer(question)));
    return answers;
  }

  private AuthorAnswer answer(AuthorQuestion question) {
    String domain = domain(question.author());
    AuthorPolicy policy = policies.get(domain);
    if (policy == null) {
      return new AuthorAnswer(null, AuthorPolicy.OFF, Author.UNJUDGED, List.of(0L), null);
    }
    String sender = question.login().or(question::sender).orElse("");
    boolean matches =
        policy.mustMatch() == MustMatch.DOMAIN
            ? domain(sender).equals(domain)
            : sender.equals(question.author());
    boolean judged = policy.mustMatch() != MustMatch.OFF && !sender.isEmpty();
    Author verdict = !judged ? Author.UNJUDGED : matches ? Author.MATCH : Author.MISMATCH;
    return new AuthorAnswer(domain, policy, verdict, List.of(1L), null);
  }

  private static String domain(String address) {
    return address.substring(address.lastIndexOf('@') + 1);
  }
}
