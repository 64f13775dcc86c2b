package dev.underway.server.store;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The join tokens.
@ApplicationScoped
public class JoinTokenRepository implements PanacheRepositoryBase<JoinTokenRow, String> {

    @Transactional
    public void add(JoinToken token, String createdBy, Instant now) {
        persist(new JoinTokenRow(token, createdBy, now));
    }

    /// Oldest first.
    @Transactional
    public List<JoinToken> everyOne() {
        return listAll(Sort.by("createdAt").and("id")).stream()
                .map(JoinTokenRow::value)
                .toList();
    }

    /// Whether there was one.
    @Transactional
    public boolean remove(String id) {
        return deleteById(id);
    }

    /// Takes away those that expired before `limit`.
    @Transactional
    public long removeExpiredBefore(Instant limit) {
        return delete("expiresAt < ?1", limit);
    }

    /// The token, locked until the caller's transaction ends, so that no two machines take its last use.
    @Transactional(Transactional.TxType.MANDATORY)
    public Optional<JoinToken> lock(String id) {
        return findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE).map(JoinTokenRow::value);
    }

    /// Takes one use from a token that the caller has locked.
    @Transactional(Transactional.TxType.MANDATORY)
    public void use(String id) {
        update("usesLeft = usesLeft - 1 where id = ?1", id);
    }
}
