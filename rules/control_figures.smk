# Figures and tables of the controls, from their estimates alone.
#
# reads   results/{study}/estimates/controls/{control}.parquet
# writes  paper_figures/{study}/, results/{study}/tables/
