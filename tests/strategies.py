"""Hypothesis strategies that build statements."""

from hypothesis import strategies as st

from starrocks_restore_kernel.language import expressions as ex
from starrocks_restore_kernel.language import statements as sm

names = st.one_of(
    st.sampled_from(
        [
            "t",
            "order",
            "view",
            "tables",
            "partitions",
            "temporary",
            "materialized",
            "2024",
            "1e5",
            "1x",
            "",
            "a b",
            "表",
        ]
    ),
    st.text(st.characters(exclude_characters="`", exclude_categories=["Cs"]), max_size=8),
)
texts = st.text(max_size=12)
qualified = st.lists(names, min_size=1, max_size=3).map(lambda parts: sm.QualifiedName(tuple(parts)))
properties = st.none() | st.lists(st.builds(sm.Property, texts, texts), min_size=1, max_size=4).map(tuple)
literals = st.one_of(
    texts.map(lambda text: ex.Literal(ex.LiteralKind.STRING, text)),
    st.sampled_from(["0", "12", "1.5", ".5", "1e3"]).map(lambda text: ex.Literal(ex.LiteralKind.NUMBER, text)),
    st.sampled_from(["TRUE", "FALSE"]).map(lambda text: ex.Literal(ex.LiteralKind.BOOLEAN, text)),
    st.just(ex.Literal(ex.LiteralKind.NULL, "NULL")),
)


def _deeper(inner: st.SearchStrategy[ex.Expression]) -> st.SearchStrategy[ex.Expression]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(ex.Unary, st.sampled_from("-+~!"), inner),
        st.builds(
            ex.Arithmetic,
            st.sampled_from(["+", "-", "*", "/", "%", "DIV", "MOD", "&", "|", "^", "BITSHIFTLEFT"]),
            inner,
            inner,
        ),
        st.builds(ex.Comparison, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "<=>"]), inner, inner),
        st.builds(ex.In, inner, some, st.booleans()),
        st.builds(ex.Between, inner, inner, inner, st.booleans()),
        st.builds(ex.Like, inner, inner, st.sampled_from(["LIKE", "RLIKE", "REGEXP"]), st.booleans()),
        st.builds(ex.IsNull, inner, st.booleans()),
        st.builds(ex.Not, inner),
        st.builds(ex.Logical, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=4).map(tuple)),
    )


columns = st.lists(names, min_size=1, max_size=2).map(lambda parts: ex.Column(tuple(parts)))
expressions = st.recursive(literals | columns, _deeper, max_leaves=8)
partitions = st.one_of(
    st.builds(sm.Partitions, st.lists(names, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.lists(st.builds(sm.PartitionKey, names, literals), min_size=1, max_size=2).map(
        lambda keys: sm.Partitions(keys=tuple(keys))
    ),
)
aliases = st.none() | names
tables = st.builds(
    sm.NamedObject, qualified, st.sampled_from([None, sm.ObjectKind.TABLE]), st.none() | partitions, aliases
)
others = st.builds(
    sm.NamedObject,
    qualified,
    st.sampled_from([sm.ObjectKind.VIEW, sm.ObjectKind.MATERIALIZED_VIEW, sm.ObjectKind.FUNCTION]),
    st.none(),
    aliases,
)
objects = st.none() | st.lists(
    tables | others | st.builds(sm.AllObjects, st.sampled_from(sm.ObjectKind)), min_size=1, max_size=4
).map(tuple)
catalogs = st.none() | st.builds(
    sm.Catalogs, st.none() | st.lists(st.builds(sm.Catalog, names, aliases), min_size=1, max_size=3).map(tuple)
)
plain_catalogs = st.none() | st.builds(
    sm.Catalogs, st.none() | st.lists(st.builds(sm.Catalog, names), min_size=1, max_size=3).map(tuple)
)
databases = st.none() | names
statements = st.one_of(
    st.builds(
        sm.Restore, qualified, names, catalogs, st.none() | st.builds(sm.Source, names, aliases), objects, properties
    ),
    st.builds(sm.Backup, qualified, names, plain_catalogs, databases, objects, properties),
    st.builds(sm.CancelRestore, databases),
    st.just(sm.CancelRestore(external_catalog=True)),
    st.builds(sm.CancelBackup, databases),
    st.builds(sm.ShowRestore, databases, st.none() | expressions),
    st.builds(sm.ShowBackup, databases),
    st.builds(sm.ShowSnapshot, names, st.none() | expressions),
    st.just(sm.ShowRepositories()),
    st.builds(sm.CreateRepository, names, texts, st.none() | names, st.booleans(), properties),
    st.builds(sm.DropRepository, names),
)
