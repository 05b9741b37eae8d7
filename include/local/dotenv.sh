# Sourced by every shell make starts (BASH_ENV): variables of .env that the caller has not set.
# Values are quoted as in a shell; docker compose reads single quotes the same way.
if [ -f .env ]; then
    while IFS= read -r elt_line; do
        if [[ $elt_line =~ ^([A-Z_][A-Z0-9_]*)= && -z ${!BASH_REMATCH[1]+set} ]]; then
            eval "export $elt_line"
        fi
    done < .env
    unset elt_line
fi
