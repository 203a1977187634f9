/** A document that the IDE offers, with the variables to run it with. */
interface IdeExample {
  readonly query: string;
  readonly variables?: string;
}

/** The tabs that the IDE opens for a first visit. They run one after the other on an empty server. */
export const IDE_EXAMPLES: readonly IdeExample[] = [
  {
    query: `# Haven over GraphQL: the same records, rules
# and errors as REST. Run this with Ctrl+Enter.
# The other tabs have more examples.
query Collections {
  collections {
    totalCount
    edges {
      node {
        name
        revision
      }
    }
  }
}
`,
  },
  {
    query: `# Creates a collection and a record in it. If one
# of them fails, the other is still created.
# If your server needs a key, enter below as
# Headers: {"Authorization": "Bearer hvn_…"}
mutation CreateExample($data: JSONObject!) {
  replaceCollection(name: "ide-example", input: {}) {
    name
    revision
  }
  createRecord(collection: "ide-example", data: $data) {
    id
    version
    data
  }
}
`,
    variables: `{
  "data": { "title": "Alien", "year": 1979 }
}
`,
  },
  {
    query: `# Filters, sorts and pages a list. Each record
# has its history.
query ListExamples($filter: JSON, $after: String) {
  records(collection: "ide-example", filter: $filter, sort: ["-year"], first: 10, after: $after) {
    totalCount
    edges {
      node {
        id
        version
        data
        history(first: 2) {
          edges {
            node {
              type
              at
            }
          }
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
    variables: `{
  "filter": { "year": { "_lt": 2000 } }
}
`,
  },
  {
    query: `# Shows each change as it happens. Run this, then
# change a record from somewhere else.
subscription FollowChanges {
  changes {
    type
    effect
    collection
    recordId
    version
    record {
      data
    }
  }
}
`,
  },
];
