package io.authserver.db.author;

import io.authserver.smtp.message.OriginMark;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether the author of a message is one that its sender may be.
 *
 * @param domain the closest domain of ours at or above the author's, or null where there is none
 * @param policy what that domain demands
 * @param verdict unjudged where it demands nothing, or nobody is known to have sent the message
 * @param domainIds the domains that the answer rests on; 0 for names that are nobody's
 * @param listId the list that it rests on, or null
 */
public record AuthorAnswer(
    @Nullable String domain,
    AuthorPolicy policy,
    OriginMark.Author verdict,
    List<Long> domainIds,
    @Nullable Long listId) {
  /** Copies the list. */
  public AuthorAnswer {
    domainIds = List.copyOf(domainIds);
  }
}
