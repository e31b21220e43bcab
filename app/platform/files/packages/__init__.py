"""How is a package (docx, xlsx, OFD: a zip of XML) opened safely? For all who open one: files that
come in, Word templates, spreadsheets. They differ in their bounds and in what they say to people.
"""
