"""Summit's Salesforce org: REST queries, describes and Bulk API 2.0 jobs."""
