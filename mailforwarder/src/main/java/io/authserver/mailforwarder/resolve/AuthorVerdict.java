package io.authserver.mailforwarder.resolve;

import io.authserver.db.author.AuthorAnswer;
import io.authserver.db.author.AuthorPolicy.Mismatch;
import io.authserver.db.author.AuthorQuestion;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.author.AuthorReader;
import io.authserver.smtp.author.Authors;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.OriginMark.Author;
import io.authserver.smtp.reply.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether the authors of a submitted message are its sender's. Pure.
 *
 * @param author what the origin mark says
 * @param decisive the author that decided, folded, and what was said of him; empty where no domain
 *     of ours is asked
 * @param refused whether the message is refused
 */
public record AuthorVerdict(Author author, Optional<Judged> decisive, boolean refused) {
  /** Of mail that was not submitted to us, and of an author whom nobody asks about. */
  public static final AuthorVerdict UNJUDGED =
      new AuthorVerdict(Author.UNJUDGED, Optional.empty(), false);

  /**
   * More authors are not asked about: with so many a message does not pass where any domain asks.
   */
  static final int MOST_AUTHORS = 10;

  /** An author and what was said of him. */
  public record Judged(String author, String domain, AuthorAnswer answer) {}

  /**
   * What has to be asked about a message.
   *
   * @param complete whether these are all of its authors, without a doubt
   */
  public record Enquiry(List<AuthorQuestion> questions, boolean complete) {
    /** Copies the list. */
    public Enquiry {
      questions = List.copyOf(questions);
    }
  }

  /** Returns the reply to a message that is refused. It names nothing that the client wrote. */
  public Reply refusal() {
    return Reply.of(
        550,
        "5.7.1",
        "The author in From is not yours, as "
            + decisive.orElseThrow().domain()
            + " demands of who sends in its name");
  }

  /** Returns what has to be asked about a submitted message. */
  public static Enquiry enquire(
      HeaderSection header, ReversePath reversePath, Optional<String> login) {
    List<Mailbox> authors = AuthorReader.mailboxes(header);
    return new Enquiry(
        authors.stream()
            .limit(MOST_AUTHORS)
            .map(author -> AuthorQuestion.of(author, reversePath, login))
            .toList(),
        authors.size() <= MOST_AUTHORS && AuthorReader.read(header) instanceof Authors.Known);
  }

  /** Returns what has to be asked where the author is taken for the sender. */
  public static Enquiry enquireAboutItself(ReversePath sender) {
    return new Enquiry(
        sender instanceof ReversePath.Address(Mailbox mailbox)
            ? List.of(AuthorQuestion.of(mailbox, sender, Optional.empty()))
            : List.of(),
        true);
  }

  /** Returns what follows from the answers. */
  public static AuthorVerdict of(Enquiry enquiry, Map<AuthorQuestion, AuthorAnswer> answers) {
    Map<Author, Judged> first = new LinkedHashMap<>();
    Optional<Judged> refusing = Optional.empty();
    for (AuthorQuestion question : enquiry.questions()) {
      AuthorAnswer answer = Objects.requireNonNull(answers.get(question), "an answer to each");
      String domain = answer.domain();
      if (domain == null) {
        continue;
      }
      // An author beside others whom nobody knows is nobody's for certain.
      Author author =
          answer.verdict() == Author.MATCH && !enquiry.complete()
              ? Author.MISMATCH
              : answer.verdict();
      Judged judged = new Judged(question.author(), domain, answer);
      first.putIfAbsent(author, judged);
      if (refusing.isEmpty()
          && author == Author.MISMATCH
          && answer.policy().mismatch() == Mismatch.REFUSE) {
        refusing = Optional.of(judged);
      }
    }
    for (Author author : List.of(Author.MISMATCH, Author.MATCH, Author.UNJUDGED)) {
      Judged judged = first.get(author);
      if (judged != null) {
        return new AuthorVerdict(
            author, Optional.of(refusing.orElse(judged)), refusing.isPresent());
      }
    }
    return UNJUDGED;
  }
}
